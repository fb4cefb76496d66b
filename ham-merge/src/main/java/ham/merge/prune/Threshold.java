package ham.merge.prune;

import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Which entries of a tensor belong to its largest by absolute value: all above a magnitude, and the first few of exactly this magnitude.
 * Finding it takes passes over the data; with it, pruning the same data again takes one.
 *
 * @param bits the magnitude, as the bits of a non-negative float (these order as the floats do)
 * @param ties how many entries of exactly this magnitude are kept, those of lowest flat index
 */
public record Threshold(int bits, int ties) {
    /** Keeps everything. */
    public static final Threshold ALL = new Threshold(0, Integer.MAX_VALUE);

    private static final int MAGNITUDE = 0x7fffffff;
    /** Exponent and three bits of the mantissa; 2048 counters fit in the first cache. */
    private static final int FIRST_SHIFT = 20;

    private static final int NEXT_BITS = 10;

    /** {@code ceil(keep * count)}, exact in decimal. */
    public static int kept(BigDecimal keep, int count) {
        return keep.multiply(BigDecimal.valueOf(count))
                .setScale(0, RoundingMode.CEILING)
                .intValueExact();
    }

    /**
     * The threshold that keeps the {@code kept} entries of largest absolute value; among equal values the lower flat index stays.
     *
     * @param values NaN counts as larger than infinity
     * @param kept 1 to {@code values.length}
     */
    public static Threshold of(float[] values, int kept) {
        if (kept == values.length) {
            return ALL;
        }
        if (kept < 1 || kept > values.length) {
            throw new IllegalArgumentException("cannot keep " + kept + " of " + values.length + " entries");
        }
        int[] counts = new int[1 << (31 - FIRST_SHIFT)];
        for (float value : values) {
            counts[(Float.floatToRawIntBits(value) & MAGNITUDE) >>> FIRST_SHIFT]++;
        }
        Bin bin = Bin.holding(kept, counts);
        // One place more, because an entry that does not belong is written too and then overwritten.
        int[] candidates = new int[bin.count() + 1];
        int size = 0;
        for (float value : values) {
            int magnitude = Float.floatToRawIntBits(value) & MAGNITUDE;
            candidates[size] = magnitude;
            size += magnitude >>> FIRST_SHIFT == bin.index() ? 1 : 0;
        }
        int bits = bin.index() << FIRST_SHIFT;
        for (int shift = FIRST_SHIFT - NEXT_BITS; shift >= 0; shift -= NEXT_BITS) {
            bin = narrow(candidates, bin, shift);
            bits |= bin.index() << shift;
        }
        return new Threshold(bits, bin.rank());
    }

    /** The bin of the next bits, to whose entries the candidates shrink. */
    private static Bin narrow(int[] candidates, Bin bin, int shift) {
        int mask = (1 << NEXT_BITS) - 1;
        int[] counts = new int[1 << NEXT_BITS];
        for (int i = 0; i < bin.count(); i++) {
            counts[candidates[i] >>> shift & mask]++;
        }
        Bin next = Bin.holding(bin.rank(), counts);
        int size = 0;
        for (int i = 0; i < bin.count(); i++) {
            int magnitude = candidates[i];
            candidates[size] = magnitude;
            size += (magnitude >>> shift & mask) == next.index() ? 1 : 0;
        }
        return next;
    }

    /**
     * Values that agree in their upper bits.
     *
     * @param index these bits
     * @param count how many values there are
     * @param rank the place from above, beginning with 1, that the wanted value has among them
     */
    private record Bin(int index, int count, int rank) {
        /** The bin of the value at place {@code rank} from above. */
        static Bin holding(int rank, int[] counts) {
            int left = rank;
            int index = counts.length - 1;
            while (counts[index] < left) {
                left -= counts[index--];
            }
            return new Bin(index, counts[index], left);
        }
    }

    /** A new matrix with zeros where the entries of {@code matrix} are not kept; the same matrix when all are. */
    public Matrix prune(Matrix matrix) {
        if (equals(ALL)) {
            return matrix;
        }
        float[] pruned = new float[matrix.data().length];
        prune(matrix.data(), pruned);
        return new Matrix(matrix.rows(), matrix.columns(), pruned);
    }

    /**
     * Copies what is kept and puts zeros elsewhere.
     *
     * @param values what this threshold was found for
     * @param pruned of the same length; may be {@code values} itself
     */
    public void prune(float[] values, float[] pruned) {
        // Without branches: which entries are kept is as good as random.
        int i = 0;
        for (int left = ties; i < values.length && left > 0; i++) {
            int all = Float.floatToRawIntBits(values[i]);
            int magnitude = all & MAGNITUDE;
            pruned[i] = Float.intBitsToFloat(all & ~((magnitude - bits) >> 31));
            left -= magnitude == bits ? 1 : 0;
        }
        for (; i < values.length; i++) {
            int all = Float.floatToRawIntBits(values[i]);
            pruned[i] = Float.intBitsToFloat(all & ((bits - (all & MAGNITUDE)) >> 31));
        }
    }
}
