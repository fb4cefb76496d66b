package ham.runtime.tensorrt.engine;

import ham.common.ArgMax;

/**
 * How far an engine is from ONNX Runtime on the CPU, over the first output of runs on the same inputs.
 *
 * @param maxAbs largest absolute difference
 * @param tolerance largest that passes: the precision's fraction of the range of the reference
 * @param top1 fraction of rows whose largest value stands in the same place
 * @param rows how many rows were compared
 * @param passed whether every value is finite and within the tolerance
 */
public record EngineParity(double maxAbs, double tolerance, double top1, int rows, boolean passed) {
    /**
     * Compares.
     *
     * @param reference [rows, width] of the CPU, row-major
     * @param found the same of the engine
     * @param relative tolerance as a fraction of the range of the reference
     */
    public static EngineParity of(float[] reference, float[] found, int rows, double relative) {
        if (reference.length != found.length || rows < 1 || reference.length % rows != 0) {
            throw new IllegalArgumentException(
                    reference.length + " and " + found.length + " values are no " + rows + " rows each");
        }
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double maxAbs = 0;
        boolean finite = reference.length > 0;
        for (int i = 0; i < reference.length; i++) {
            finite &= Float.isFinite(reference[i]) && Float.isFinite(found[i]);
            least = Math.min(least, reference[i]);
            most = Math.max(most, reference[i]);
            maxAbs = Math.max(maxAbs, Math.abs((double) reference[i] - found[i]));
        }
        double tolerance = finite ? relative * (most - least) : 0;
        int width = reference.length / rows;
        int same = 0;
        for (int row = 0; row < rows; row++) {
            same += ArgMax.of(reference, row * width, width) == ArgMax.of(found, row * width, width) ? 1 : 0;
        }
        return new EngineParity(maxAbs, tolerance, (double) same / rows, rows, finite && maxAbs <= tolerance);
    }
}
