package ham.merge.method;

import ham.merge.InputException;
import ham.merge.Parameters;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.prune.Threshold;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.List;

/**
 * The weighted sum of deltas that are trimmed as in {@link TiesMerge}: {@code sum_i w_i trim(D_i)}. PEFT calls it magnitude_prune, and trims
 * A and B instead.
 *
 * @param density fraction of the entries of each delta that is kept, those of largest absolute value
 */
public record MagnitudeMerge(BigDecimal density) implements WeightMerge {
    /**
     * Checks the density.
     *
     * @throws InputException when it is out of its range
     */
    public MagnitudeMerge {
        Parameters.requireFraction("density", density);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        return trimmed(density, SignRule.NONE, contributions, products, 1);
    }

    /** Trims every delta and adds it to the sums. */
    static Matrix trimmed(
            BigDecimal density,
            SignRule sign,
            List<Contribution> contributions,
            FactorProducts products,
            double scale) {
        LoraFactors shape = contributions.get(0).factors();
        EntrySums sums = new EntrySums(sign, Math.multiplyExact(shape.outputs(), shape.inputs()));
        for (Contribution each : contributions) {
            // Which entries are largest does not depend on the scaling, which is one number.
            float[] product = products.product(each.factors());
            Threshold.of(product, Threshold.kept(density, product.length)).prune(product, product);
            sums.add(product, each.weight() * each.factors().scaling());
        }
        return sums.result(shape.outputs(), shape.inputs(), scale);
    }
}
