package ham.runtime.tensorrt;

import ham.runtime.ModelException;
import ham.runtime.model.Model;
import ham.runtime.tensorrt.binding.Gpu;
import ham.runtime.tensorrt.engine.EngineOptions;
import ham.runtime.tensorrt.engine.EnginePrecision;
import ham.runtime.tensorrt.engine.EngineRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Engines of TensorRT for ONNX models: build, refit, open. Needs a build with {@code -Pgpu}, TensorRT 10, CUDA 12, cuDNN 9 and a GPU; every
 * method says what is missing where they are not there.
 */
public final class TensorRtEngines {
    private final EngineWorkshop workshop;

    /**
     * Loads nothing yet.
     *
     * @param progress hears, on another thread, where long work stands when a stage begins and every second while it lasts: the stage, for
     *     example {@code building}, and the time since it began. TensorRT does not say how much is left
     * @param warnings hears what TensorRT warns of
     */
    public TensorRtEngines(BiConsumer<String, Duration> progress, Consumer<String> warnings) {
        this.workshop = new EngineWorkshop(() -> Gpu.tensorRt(warnings), progress);
    }

    /**
     * Builds an engine, compares it with ONNX Runtime on the CPU, and saves it as {@code out} with its record {@code out.json} beside it. What
     * stood there is replaced.
     *
     * @param timings file of kernel timings, read if it is there, written afterwards; it makes the next build faster
     * @param relative how far the engine may be from the CPU, as a fraction of the range of the output; empty for
     *     {@link EnginePrecision#tolerance}
     * @return the record, as it stands in its file
     * @throws ModelException if TensorRT does not work here, cannot take the graph over, or gives other results
     */
    public EngineRecord build(
            Path onnx, Path out, EngineOptions options, Optional<Path> timings, OptionalDouble relative) {
        return workshop.build(onnx, out, options, timings, relative);
    }

    /**
     * Gives an engine the weights of another model of the same graph, as the next merge makes it, compares it with that model in ONNX Runtime on
     * the CPU, and saves it as {@code out}, which may be the engine's own file.
     *
     * @param engine a refittable engine with its record
     * @param next a model with the same inputs, outputs and names of weights
     * @param relative as in {@link #build}
     * @return the record, as it stands in its file
     * @throws ModelException if the engine is not refittable or of another machine, the graph is another, or the results differ
     */
    public EngineRecord refit(Path engine, Path next, Path out, OptionalDouble relative) {
        return workshop.refit(engine, next, out, relative);
    }

    /**
     * Opens an engine.
     *
     * @throws ModelException if its record is missing or tells of other bytes, or it was built for another GPU or version
     */
    public Model open(Path engine) {
        return workshop.open(engine);
    }

    /**
     * Opens the engine for a model from a folder of engines, after building it if it is not there. Its file name stands for the model's content,
     * the GPU, the versions and the options.
     *
     * @throws ModelException as {@link #build} and {@link #open}
     */
    public Model openOrBuild(Path onnx, Path folder, EngineOptions options) {
        return workshop.openOrBuild(onnx, folder, options);
    }
}
