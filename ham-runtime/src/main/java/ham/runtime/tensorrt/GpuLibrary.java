package ham.runtime.tensorrt;

import ham.runtime.backend.TensorRtLibrary;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** The little of TensorRT that is needed here. Whatever it hands out is closed before it is. */
interface GpuLibrary extends AutoCloseable {
    /** Versions and GPUs. */
    TensorRtLibrary machine();

    /**
     * Builds an engine; takes minutes.
     *
     * @param onnx a model of one input whose first dimension is the batch
     * @param timings file of kernel timings that makes the next build faster, read if it is there and written afterwards
     */
    EngineBytes build(Path onnx, EngineOptions options, Optional<Path> timings);

    /**
     * Loads an engine.
     *
     * @param engine direct, not needed afterwards
     */
    GpuEngine load(ByteBuffer engine);

    @Override
    void close();
}
