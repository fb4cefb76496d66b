package ham.runtime.tensor;

import ham.common.ArgMax;

/** How far two forms of a model are apart on the same inputs: their outputs as [rows, width], row-major. Every comparison begins with this. */
public final class OutputDifference {
    private final double maxAbs;
    private final boolean[] sameTop;

    private OutputDifference(double maxAbs, boolean[] sameTop) {
        this.maxAbs = maxAbs;
        this.sameTop = sameTop;
    }

    /**
     * Compares.
     *
     * @param reference of one form
     * @param found of the other
     * @throws IllegalArgumentException when they are not so many rows of the same length
     */
    public static OutputDifference of(float[] reference, float[] found, int rows) {
        if (reference.length != found.length || rows < 1 || reference.length % rows != 0) {
            throw new IllegalArgumentException(
                    reference.length + " and " + found.length + " values are no " + rows + " rows each");
        }
        double maxAbs = 0;
        for (int i = 0; i < reference.length; i++) {
            maxAbs = Math.max(maxAbs, Math.abs((double) reference[i] - found[i])); // Math.max keeps NaN
        }
        int width = reference.length / rows;
        boolean[] sameTop = new boolean[rows];
        for (int row = 0; row < rows; row++) {
            sameTop[row] = ArgMax.of(reference, row * width, width) == ArgMax.of(found, row * width, width);
        }
        return new OutputDifference(maxAbs, sameTop);
    }

    /** The largest absolute difference; infinite or NaN where a value is. */
    public double maxAbs() {
        return maxAbs;
    }

    /** Whether the largest value of a row stands in the same place; of equal values the first is the largest. */
    public boolean sameTop(int row) {
        return sameTop[row];
    }

    /** Fraction of rows whose largest value stands in the same place. */
    public double top1() {
        int same = 0;
        for (boolean each : sameTop) {
            same += each ? 1 : 0;
        }
        return (double) same / sameTop.length;
    }

    /** Largest minus smallest of some values, of which a tolerance is a fraction. */
    public static double range(float[] values) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return most - least;
    }
}
