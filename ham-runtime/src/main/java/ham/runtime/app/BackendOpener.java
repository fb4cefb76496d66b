package ham.runtime.app;

import ham.runtime.ModelException;
import ham.runtime.backend.Backend;
import ham.runtime.backend.BackendChoice;
import ham.runtime.backend.Backends;
import ham.runtime.backend.Provider;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensorrt.EngineOptions;
import ham.runtime.tensorrt.TensorRtEngines;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens a model on the backend that was typed. */
final class BackendOpener {
    static final String AUTO = "auto";
    static final String BY_DEFAULT = Backend.ONNXRUNTIME_CPU.label();

    private BackendOpener() {}

    /** What may be typed. */
    static List<String> choices() {
        List<String> choices = new ArrayList<>(List.of(AUTO));
        for (Backend backend : Backend.values()) {
            choices.add(backend.label());
        }
        return choices;
    }

    /**
     * Opens a model. What {@value #AUTO} takes, and why nothing better, is told on {@code err}; so is the building of an engine.
     *
     * @throws ModelException if the backend does not work here, with the cause, or the model cannot be opened
     */
    static Model open(Path file, String backend, int threads, PrintStream err) {
        Backend chosen =
                backend.equals(AUTO) ? best(err) : Backend.ofLabel(backend).orElseThrow();
        if (chosen != Backend.ONNXRUNTIME_CPU) {
            Backends.require(chosen);
        }
        return switch (chosen) {
            case ONNXRUNTIME_CPU -> OnnxModel.open(file, new SessionSettings(threads));
            case ONNXRUNTIME_CUDA -> OnnxModel.open(file, new SessionSettings(threads).on(new Provider.Cuda(0)));
            case ONNXRUNTIME_TENSORRT ->
                OnnxModel.open(
                        file,
                        new SessionSettings(threads)
                                .on(new Provider.TensorRt(
                                        0, Optional.of(engines().resolve("onnxruntime")), false, false)));
            case TENSORRT -> engine(file, err);
        };
    }

    private static Backend best(PrintStream err) {
        BackendChoice choice = Backends.best();
        choice.passedOver().forEach(each -> err.println("not on " + each.name() + ": " + each.detail()));
        err.println("running on " + choice.taken().name());
        return choice.backend();
    }

    /** An engine file, which has a record beside it, or the engine of an ONNX file, built where that was never done. */
    private static Model engine(Path file, PrintStream err) {
        TensorRtEngines tensorRt = new TensorRtEngines(
                (stage, elapsed) -> {
                    if (elapsed.isZero()) {
                        err.println(stage);
                    }
                },
                warning -> err.println("TensorRT: " + warning));
        return Files.isRegularFile(file.resolveSibling(file.getFileName() + ".json"))
                ? tensorRt.open(file)
                : tensorRt.openOrBuild(file, engines(), EngineOptions.DEFAULT);
    }

    private static Path engines() {
        return NativeCache.root().resolve("engines");
    }
}
