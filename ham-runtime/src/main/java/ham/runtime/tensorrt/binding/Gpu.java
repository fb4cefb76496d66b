package ham.runtime.tensorrt.binding;

import ham.runtime.backend.TensorRtLibrary;
import ham.runtime.tensorrt.engine.EngineOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The little of TensorRT that is needed here: a library that builds and loads engines. Whatever is handed out is closed before what gave it. */
public interface Gpu extends AutoCloseable {
    /**
     * TensorRT itself, on the first GPU that CUDA shows ({@code CUDA_VISIBLE_DEVICES}).
     *
     * @param warnings hears what TensorRT warns of
     * @throws ham.runtime.ModelException with the cause if it does not work here
     */
    static Gpu tensorRt(Consumer<String> warnings) {
        return new NvLibrary(warnings);
    }

    /** Versions and GPUs. */
    TensorRtLibrary machine();

    /**
     * Builds an engine; takes minutes.
     *
     * @param onnx a model of one input whose first dimension is the batch
     * @param timings file of kernel timings that makes the next build faster, read if it is there and written afterwards
     */
    Bytes build(Path onnx, EngineOptions options, Optional<Path> timings);

    /**
     * Loads an engine.
     *
     * @param engine direct, not needed afterwards
     */
    Engine load(ByteBuffer engine);

    @Override
    void close();

    /** An engine in GPU memory. */
    interface Engine extends AutoCloseable {
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
        Bytes serialize();

        /**
         * Buffers and a stream for runs of one input shape.
         *
         * @param inputBytes bytes of the input at that shape
         */
        Context context(String input, long[] inputShape, long inputBytes, List<Output> outputs);

        @Override
        void close();
    }

    /** Runs of one input shape on a stream of their own, for one thread at a time. */
    interface Context extends AutoCloseable {
        /** Pinned memory of the host, native byte order, valid until {@link #close}. */
        ByteBuffer input();

        /** The same for each output. */
        List<ByteBuffer> outputs();

        /** The shape of each output. */
        List<List<Long>> outputShapes();

        /** Copies the input to the GPU, runs, copies the outputs back and waits for them. */
        void run();

        @Override
        void close();
    }

    /** A serialized engine in native memory. */
    interface Bytes extends AutoCloseable {
        /** Direct, valid until {@link #close}. */
        ByteBuffer buffer();

        @Override
        void close();
    }

    /**
     * An output to be taken from a run.
     *
     * @param name its name in the graph
     * @param elementBytes bytes of one element
     */
    record Output(String name, int elementBytes) {}
}
