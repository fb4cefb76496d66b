package ham.runtime.tensorrt.engine;

import ham.runtime.tensor.OutputDifference;

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
        OutputDifference difference = OutputDifference.of(reference, found, rows);
        boolean finite = reference.length > 0 && Double.isFinite(difference.maxAbs());
        double tolerance = finite ? relative * OutputDifference.range(reference) : 0;
        return new EngineParity(
                difference.maxAbs(), tolerance, difference.top1(), rows, finite && difference.maxAbs() <= tolerance);
    }
}
