package ham.merge.method;

import ham.merge.InputException;
import ham.merge.Parameters;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.List;

/**
 * TIES: trim each delta to its largest entries, elect a sign for every entry, and take the mean of the entries that have this sign, times a
 * scale. Source: arXiv 2306.01708, section 4.
 *
 * <p>Where definitions differ:
 *
 * <ul>
 *   <li>Trim. The paper keeps the largest entries of the whole task vector; PEFT and mergekit those of each tensor, and so does this.
 *       They keep {@code floor(density * n)} in binary arithmetic, this {@code ceil(density * n)}, exact in decimal, as HAM's pruning does.
 *       PEFT trims A and B and merges them apart, which adds cross terms; this and mergekit trim the delta.
 *   <li>Elect. The paper has no weights. PEFT elects before it multiplies by them, mergekit after; this follows mergekit, so a heavy
 *       adapter has the louder voice and a negative weight votes for the opposite sign.
 *   <li>Mean. The weighted entries are divided by how many adapters agree, as in PEFT; mergekit divides by the sum of their weights. With
 *       weights of 1 all three are the paper's disjoint mean.
 * </ul>
 *
 * @param density fraction of the entries of each delta that is kept
 * @param sign how the sign is elected; the paper's is {@link SignRule#TOTAL}
 * @param scale the paper's lambda
 */
public record TiesMerge(BigDecimal density, SignRule sign, double scale) implements WeightMerge {
    /**
     * Checks the parameters.
     *
     * @throws InputException when one is out of its range
     */
    public TiesMerge {
        Parameters.requireFraction("density", density);
        Parameters.requireFinite("scale", scale);
        if (sign == SignRule.NONE) {
            throw InputException.parameter(
                    "sign", "expected total or frequency for ties, found none; the method magnitude elects no sign");
        }
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        return MagnitudeMerge.trimmed(density, sign, contributions, products, scale);
    }
}
