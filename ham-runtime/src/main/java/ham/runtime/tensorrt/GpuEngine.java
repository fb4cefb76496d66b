package ham.runtime.tensorrt;

import java.nio.file.Path;
import java.util.List;

/** An engine in GPU memory. Its contexts are closed before it is. */
interface GpuEngine extends AutoCloseable {
    /** Names of its inputs and outputs. */
    List<String> names();

    /** Whether {@link #refit} can replace its weights. */
    boolean refittable();

    /**
     * Replaces its weights by those of an ONNX file of the same graph; no context may run meanwhile.
     *
     * @throws ham.runtime.ModelException if the graph is another; the engine is of no use then
     */
    void refit(Path onnx);

    /** The engine with the weights that it has now. */
    EngineBytes serialize();

    /**
     * Buffers and a stream for runs of one input shape.
     *
     * @param inputBytes bytes of the input at that shape
     */
    GpuContext context(String input, long[] inputShape, long inputBytes, List<GpuOutput> outputs);

    @Override
    void close();

    /**
     * An output to be taken from a run.
     *
     * @param name its name in the graph
     * @param elementBytes bytes of one element
     */
    record GpuOutput(String name, int elementBytes) {}
}
