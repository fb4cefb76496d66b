package ham.runtime.tensorrt.binding;

import ham.runtime.backend.TensorRtLibrary;
import ham.runtime.tensorrt.engine.EngineOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/** TensorRT through Bytedeco's bindings, on the first GPU that CUDA shows ({@code CUDA_VISIBLE_DEVICES}). */
final class NvLibrary implements Gpu {
    private final TensorRtLibrary machine;
    private final NvLog log;
    private final Consumer<String> warnings;
    private final CppObject<IRuntime> runtime;

    /**
     * Loads TensorRT.
     *
     * @param warnings hears what TensorRT warns of
     * @throws ham.runtime.ModelException with the cause if it does not work here
     */
    NvLibrary(Consumer<String> warnings) {
        this.machine = TensorRtLibrary.load();
        this.log = NvLog.shared();
        this.warnings = warnings;
        this.runtime = CppObject.own(log.require(nvinfer.createInferRuntime(log), "a runtime"), IRuntime::new);
        log.addListener(warnings);
    }

    @Override
    public TensorRtLibrary machine() {
        return machine;
    }

    @Override
    public Gpu.Bytes build(Path onnx, EngineOptions options, Optional<Path> timings) {
        try (NvBuild build = new NvBuild(log)) {
            return build.build(onnx, options, timings);
        }
    }

    @Override
    public Gpu.Engine load(ByteBuffer engine) {
        return new NvEngine(log, runtime.get(), engine);
    }

    @Override
    public void close() {
        runtime.close();
        log.removeListener(warnings);
    }
}
