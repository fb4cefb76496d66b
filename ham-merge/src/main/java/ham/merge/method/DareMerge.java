package ham.merge.method;

import ham.merge.InputException;
import ham.merge.Parameters;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.List;

/**
 * DARE: every entry of every delta is dropped with probability {@code 1 - density}, what is left is divided by the density, and the weighted
 * deltas are summed, or joined by {@link TiesMerge}'s election and mean (dare_ties). Source: arXiv 2311.03099, section 3.
 *
 * <p>Which entries are dropped says {@link RandomMask}. PEFT drops entries of A and B instead, which adds cross terms and does not keep the
 * expected delta.
 *
 * @param density fraction of the entries that is kept on average
 * @param seed another seed drops other entries
 * @param sign the election; {@link SignRule#NONE} is the plain weighted sum
 */
public record DareMerge(BigDecimal density, long seed, SignRule sign) implements WeightMerge {
    /**
     * Checks the density.
     *
     * @throws InputException when it is out of its range
     */
    public DareMerge {
        Parameters.requireFraction("density", density);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        LoraFactors shape = contributions.get(0).factors();
        EntrySums sums = new EntrySums(sign, Math.multiplyExact(shape.outputs(), shape.inputs()));
        for (Contribution each : contributions) {
            float[] product = products.product(each.factors());
            drop(product, new RandomMask(seed, each.adapter(), weightName));
            sums.add(product, each.weight() * each.factors().scaling() / density.doubleValue());
        }
        return sums.result(shape.outputs(), shape.inputs(), 1);
    }

    private void drop(float[] values, RandomMask mask) {
        long threshold = RandomMask.threshold(density.doubleValue());
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & mask.keep(i, threshold));
        }
    }
}
