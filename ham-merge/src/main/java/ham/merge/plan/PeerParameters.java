package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.Parameters;
import ham.merge.method.BreadcrumbsMerge;
import ham.merge.method.DellaMerge;
import ham.merge.method.SignRule;
import ham.merge.space.MergeSpace;
import ham.merge.spectral.IsoCtsMerge;
import ham.merge.spectral.OpcmMerge;
import java.math.BigDecimal;

/**
 * Parameters of the methods beside HAM; which method uses which says {@link MergeParameter}.
 *
 * @param density fraction of the entries of each delta that methods of entries keep, 0 &lt; density &lt;= 1
 * @param scale factor on the result
 * @param sign how the sign of an entry is elected
 * @param seed of random masks
 * @param rank most singular values that {@code svd} keeps, at least 1
 * @param outliers fraction of the largest entries that {@code breadcrumbs} drops
 * @param window by how much the probabilities of {@code della} differ within a row
 * @param common fraction of the directions that {@code iso-cts} gives to the space that tasks share
 * @param leading fraction of the singular values that {@code opcm} protects
 * @param space where methods of entries work
 */
public record PeerParameters(
        BigDecimal density,
        double scale,
        SignRule sign,
        long seed,
        int rank,
        BigDecimal outliers,
        BigDecimal window,
        BigDecimal common,
        BigDecimal leading,
        MergeSpace space) {
    /** The density when nothing is said. */
    public static final BigDecimal DEFAULT_DENSITY = new BigDecimal("0.5");

    /** The rank that {@code svd} truncates to when nothing is said. */
    public static final int DEFAULT_RANK = 16;

    /**
     * Checks the ranges that no method checks by itself.
     *
     * @throws InputException when a value is out of its range
     */
    public PeerParameters {
        Parameters.requireFraction("density", density);
        Parameters.requireFinite("scale", scale);
        if (rank < 1) {
            throw InputException.parameter("rank", "expected at least 1, found " + rank);
        }
    }

    /** The defaults of a method: where the paper elects signs, the sign of the sum. */
    public static PeerParameters of(MergeMethod method) {
        boolean elects = method == MergeMethod.TIES || method == MergeMethod.DELLA;
        return new PeerParameters(
                DEFAULT_DENSITY,
                1,
                elects ? SignRule.TOTAL : SignRule.NONE,
                0,
                DEFAULT_RANK,
                BreadcrumbsMerge.DEFAULT_OUTLIERS,
                DellaMerge.DEFAULT_WINDOW,
                IsoCtsMerge.DEFAULT_COMMON,
                OpcmMerge.DEFAULT_LEADING,
                MergeSpace.DELTA);
    }
}
