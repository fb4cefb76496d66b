package ham.merge.method;

import ham.merge.InputException;
import ham.merge.Parameters;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * DARE: every entry of every delta is dropped with probability {@code 1 - density}, what is left is divided by the density, and the weighted
 * deltas are summed, or joined by {@link TiesMerge}'s election and mean (dare_ties). Source: arXiv 2311.03099, section 3.
 *
 * <p>Whether an entry is dropped depends on the seed, the adapter's name, the weight's name and the entry's flat index, and on nothing else:
 * not on the order, the other adapters or the threads. PEFT drops entries of A and B instead, which adds cross terms and does not keep the
 * expected delta.
 *
 * @param density fraction of the entries that is kept on average
 * @param seed another seed drops other entries
 * @param sign the election; {@link SignRule#NONE} is the plain weighted sum
 */
public record DareMerge(BigDecimal density, long seed, SignRule sign) implements WeightMerge {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

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
            drop(product, hash(hash(mix(seed), each.adapter()), weightName));
            sums.add(product, each.weight() * each.factors().scaling() / density.doubleValue());
        }
        return sums.result(shape.outputs(), shape.inputs(), 1);
    }

    /** Zeroes the entries that the generator of this key drops. The generator is SplitMix64, whose n-th number needs no earlier one. */
    private void drop(float[] values, long key) {
        long kept = (long) Math.ceil(density.doubleValue() * 0x1p53);
        for (int i = 0; i < values.length; i++) {
            // All bits set when the number is below the density.
            long keep = ((mix(key + (i + 1) * GOLDEN) >>> 11) - kept) >> 63;
            values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & (int) keep);
        }
    }

    private static long hash(long start, String text) {
        long hash = start;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash + GOLDEN ^ each);
        }
        return mix(hash + GOLDEN);
    }

    /** SplitMix64's finalizer. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
