package ham.merge.join;

import ham.merge.InputException;
import ham.merge.Parameters;
import ham.merge.combine.Combine;
import ham.merge.compare.Measure;
import java.math.BigDecimal;

/**
 * What the merge can be told.
 *
 * @param keep fraction k of the entries of A and of B that pruning keeps, as the decimal that was typed; 0 &lt; k &lt;= 1
 * @param tau least similarity with which an adapter joins a group while more groups may be opened
 * @param maxGroups most groups, at least 1
 * @param join how a group's scalar changes when an adapter joins
 * @param combine how the groups add up
 * @param similarity what adapters and groups are compared by
 */
public record HamParameters(
        BigDecimal keep, double tau, int maxGroups, Join join, Combine combine, Measure similarity) {
    /** Parameters that compare by the cosine of all deltas. */
    public HamParameters(BigDecimal keep, double tau, int maxGroups, Join join, Combine combine) {
        this(keep, tau, maxGroups, join, combine, Measure.COSINE);
    }

    /** The defaults: k = 0.6, tau = 0.1, five groups, mean, sum, cosine. */
    public static final HamParameters DEFAULTS =
            new HamParameters(new BigDecimal("0.6"), 0.1, 5, Join.MEAN, Combine.SUM);

    /**
     * Checks the ranges.
     *
     * @throws InputException when a value is out of its range
     */
    public HamParameters {
        Parameters.requireFraction("keep", keep);
        Parameters.requireFinite("tau", tau);
        if (maxGroups < 1) {
            throw InputException.parameter("groups", "expected at least 1, found " + maxGroups);
        }
    }
}
