package ham.merge.method;

import ham.merge.tensor.Matrix;

/**
 * Sums entry by entry over adapters, in double, and elects signs without keeping the addends: positive and negative entries are summed and
 * counted apart. Not thread-safe.
 */
final class EntrySums {
    private final SignRule rule;
    /** Without election the sum of entry i is at i; with one the positive sum is at 2 i, the negative one beside it. */
    private final double[] sums;
    /** How many addends each sum has that are not 0; empty without election. */
    private final int[] counts;

    EntrySums(SignRule rule, int length) {
        this.rule = rule;
        boolean elects = rule != SignRule.NONE;
        sums = new double[elects ? Math.multiplyExact(2, length) : length];
        counts = new int[elects ? sums.length : 0];
    }

    /** Adds {@code factor * values}. */
    void add(float[] values, double factor) {
        if (rule == SignRule.NONE) {
            for (int i = 0; i < values.length; i++) {
                sums[i] += factor * values[i];
            }
            return;
        }
        // Without branches: signs are as good as random.
        for (int i = 0; i < values.length; i++) {
            double value = factor * values[i];
            int place = 2 * i + (int) (Double.doubleToRawLongBits(value) >>> 63);
            sums[place] += value;
            counts[place] += value == 0 ? 0 : 1;
        }
    }

    /** The sum, or the mean of the entries that have the elected sign (0 when none has), times {@code scale}. */
    Matrix result(int rows, int columns, double scale) {
        Matrix result = Matrix.zeros(rows, columns);
        for (int i = 0; i < result.data().length; i++) {
            result.data()[i] = (float) (scale * entry(i));
        }
        return result;
    }

    private double entry(int i) {
        return switch (rule) {
            case NONE -> sums[i];
            case TOTAL -> elected(i, sums[2 * i] + sums[2 * i + 1] >= 0);
            case FREQUENCY -> elected(i, counts[2 * i] >= counts[2 * i + 1]);
        };
    }

    private double elected(int i, boolean positive) {
        double total = sums[2 * i] + sums[2 * i + 1];
        int place = positive ? 2 * i : 2 * i + 1;
        // NaN has no sign, and must not disappear behind one.
        return Double.isNaN(total) ? total : sums[place] / Math.max(1, counts[place]);
    }
}
