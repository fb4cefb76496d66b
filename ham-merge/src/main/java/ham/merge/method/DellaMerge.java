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
 * DELLA: entries are dropped at random as in {@link DareMerge}, but the smaller ones of a row more often; what is left is divided by the probability that
 * it had to stay, and joined by {@link TiesMerge}'s election and mean, or summed. Source: DELLA-Merging, arXiv 2406.11617, section 3.
 *
 * <p>In a row of n entries the one of rank r by absolute value (0 the smallest; equal ones by their place) stays with probability {@code density - window / 2 +
 * window r / (n - 1)}; a window that is too wide for the density is narrowed on both sides. mergekit's epsilon is half the window, and it does not divide but scales to the norm from before.
 *
 * @param density fraction of the entries that is kept on average
 * @param window the paper's epsilon: by how much the probabilities differ between the smallest and the largest entry of a row
 * @param seed another seed drops other entries
 * @param sign the election; {@link SignRule#NONE} is the plain weighted sum
 * @param scale the paper's lambda
 */
public record DellaMerge(BigDecimal density, BigDecimal window, long seed, SignRule sign, double scale)
        implements WeightMerge {
    /** By how much probabilities differ when nothing is said. */
    public static final BigDecimal DEFAULT_WINDOW = new BigDecimal("0.2");

    /** How far below the density the least probability may be, as a fraction of it: a smaller one would blow up what stays. */
    private static final double LARGEST = 0.9;

    /**
     * Checks the parameters.
     *
     * @throws InputException when one is out of its range
     */
    public DellaMerge {
        Parameters.requireFraction("density", density);
        Parameters.requireFinite("scale", scale);
        if (window.signum() < 0) {
            throw InputException.parameter("window", "expected 0 or more, found " + window.toPlainString());
        }
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        LoraFactors shape = contributions.get(0).factors();
        EntrySums sums = new EntrySums(sign, Math.multiplyExact(shape.outputs(), shape.inputs()));
        for (Contribution each : contributions) {
            float[] product = products.product(each.factors());
            drop(product, shape.inputs(), new RandomMask(seed, each.adapter(), weightName));
            sums.add(product, each.weight() * each.factors().scaling());
        }
        return sums.result(shape.outputs(), shape.inputs(), scale);
    }

    private void drop(float[] values, int columns, RandomMask mask) {
        double mean = density.doubleValue();
        double half = Math.min(window.doubleValue() / 2, Math.min(LARGEST * mean, 1 - mean));
        double lowest = mean - half;
        double step = 2 * half / Math.max(1, columns - 1);
        double[] probabilities = new double[columns];
        long[] thresholds = new long[columns];
        for (int rank = 0; rank < columns; rank++) {
            probabilities[rank] = columns == 1 ? mean : lowest + step * rank;
            thresholds[rank] = RandomMask.threshold(probabilities[rank]);
        }
        RowOrder order = new RowOrder(columns);
        for (int from = 0; from < values.length; from += columns) {
            int[] ascending = order.ascending(values, from);
            for (int rank = 0; rank < columns; rank++) {
                int i = from + ascending[rank];
                int keep = mask.keep(i, thresholds[rank]);
                values[i] =
                        Float.intBitsToFloat(Float.floatToRawIntBits((float) (values[i] / probabilities[rank])) & keep);
            }
        }
    }
}
