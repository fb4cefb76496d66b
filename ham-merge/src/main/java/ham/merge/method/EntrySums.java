package ham.merge.method;

import ham.merge.tensor.Matrix;

/**
 * Sums entry by entry over adapters, in double, and elects signs without keeping the addends: positive and negative entries are summed and
 * counted apart. Not thread-safe.
 */
final class EntrySums {
    private final SignRule rule;
    private final double[] positive;
    private final double[] negative;
    private final int[] positives;
    private final int[] negatives;

    EntrySums(SignRule rule, int length) {
        this.rule = rule;
        boolean elects = rule != SignRule.NONE;
        positive = new double[length];
        negative = new double[elects ? length : 0];
        positives = new int[negative.length];
        negatives = new int[negative.length];
    }

    /** Adds {@code factor * values}. */
    void add(float[] values, double factor) {
        if (rule == SignRule.NONE) {
            for (int i = 0; i < values.length; i++) {
                positive[i] += factor * values[i];
            }
            return;
        }
        for (int i = 0; i < values.length; i++) {
            double value = factor * values[i];
            if (value > 0) {
                positive[i] += value;
                positives[i]++;
            } else if (value < 0) {
                negative[i] += value;
                negatives[i]++;
            } else if (Double.isNaN(value)) {
                positive[i] = value;
                negative[i] = value;
            }
        }
    }

    /** The sum, or the mean of the entries that have the elected sign (0 when none has), times {@code scale}. */
    Matrix result(int rows, int columns, double scale) {
        Matrix result = Matrix.zeros(rows, columns);
        for (int i = 0; i < positive.length; i++) {
            result.data()[i] = (float) (scale * entry(i));
        }
        return result;
    }

    private double entry(int i) {
        return switch (rule) {
            case NONE -> positive[i];
            case TOTAL -> mean(i, positive[i] + negative[i] >= 0);
            case FREQUENCY -> mean(i, positives[i] >= negatives[i]);
        };
    }

    private double mean(int i, boolean up) {
        return up ? positive[i] / Math.max(1, positives[i]) : negative[i] / Math.max(1, negatives[i]);
    }
}
