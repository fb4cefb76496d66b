package ham.runtime.tensorrt;

import ham.runtime.backend.TensorRtLibrary;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/** TensorRT through Bytedeco's bindings, on the first GPU that CUDA shows ({@code CUDA_VISIBLE_DEVICES}). */
final class NvLibrary implements GpuLibrary {
    private final TensorRtLibrary machine;
    private final NvLog log;
    private final CppObject<IRuntime> runtime;

    /**
     * Loads TensorRT.
     *
     * @param warnings hears what TensorRT warns of
     * @throws ham.runtime.ModelException with the cause if it does not work here
     */
    NvLibrary(Consumer<String> warnings) {
        this.machine = TensorRtLibrary.load();
        this.log = new NvLog(warnings);
        try {
            this.runtime = CppObject.own(log.require(nvinfer.createInferRuntime(log), "a runtime"), IRuntime::new);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public TensorRtLibrary machine() {
        return machine;
    }

    @Override
    public EngineBytes build(Path onnx, EngineOptions options, Optional<Path> timings) {
        try (NvBuild build = new NvBuild(log)) {
            return build.build(onnx, options, timings);
        }
    }

    @Override
    public GpuEngine load(ByteBuffer engine) {
        return new NvEngine(log, runtime.get(), engine);
    }

    @Override
    public void close() {
        runtime.close();
        log.close();
    }
}
