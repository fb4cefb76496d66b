package ham.runtime.app;

import ham.runtime.ModelException;
import ham.runtime.backend.Backend;
import ham.runtime.backend.BackendChoice;
import ham.runtime.backend.Backends;
import ham.runtime.backend.Provider;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensorrt.TensorRtEngines;
import ham.runtime.tensorrt.engine.EngineOptions;
import ham.runtime.tensorrt.engine.EnginePrecision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Opens models on the backend that was typed, for every command line of ham.
 *
 * @param backend one of {@link #choices}
 * @param threads of ONNX Runtime, 0 for one a physical core
 * @param precision what TensorRT may calculate in
 * @param engines where TensorRT's engines are kept between runs
 */
public record ModelOpener(String backend, int threads, EnginePrecision precision, Path engines) {
    /** The backend where none is named. */
    public static final String BY_DEFAULT = Backend.ONNXRUNTIME_CPU.label();

    private static final String AUTO = "auto";

    /**
     * Checks what was typed.
     *
     * @throws ModelException if there is no such backend, it cannot do what is asked for, or the number of threads is none
     */
    public ModelOpener {
        if (!choices().contains(backend)) {
            throw ModelException.parameter(
                    "backend", "expected one of " + String.join(", ", choices()) + ", found '" + backend + "'");
        }
        SessionSettings.refusal(threads).ifPresent(sentence -> {
            throw ModelException.parameter("threads", sentence);
        });
        if (backend.equals(Backend.ONNXRUNTIME_TENSORRT.label())) {
            refusal(precision).ifPresent(sentence -> {
                throw ModelException.parameter("engine-precision", sentence);
            });
        }
    }

    /** float32 and the folder of this user. */
    public ModelOpener(String backend, int threads) {
        this(backend, threads, EngineOptions.DEFAULT.precision(), usualEngines());
    }

    /** What may be typed as a backend. */
    public static List<String> choices() {
        List<String> choices = new ArrayList<>(List.of(AUTO));
        for (Backend each : Backend.values()) {
            choices.add(each.label());
        }
        return choices;
    }

    /** Where engines are kept unless somebody says otherwise: in the cache folder of this user. */
    public static Path usualEngines() {
        return NativeCache.root().resolve("engines");
    }

    /** ONNX Runtime's TensorRT has no switch for TF32: TensorRT allows it by itself, and only the environment forbids it. */
    private static Optional<String> refusal(EnginePrecision precision) {
        return precision == EnginePrecision.TF32
                ? Optional.of("expected fp32, fp16 or int8 with onnxruntime-tensorrt, found tf32, which cannot"
                        + " be switched there (fp32 allows it unless NVIDIA_TF32_OVERRIDE=0 is in the environment)")
                : Optional.empty();
    }

    /**
     * Opens a model: a file {@code *.onnx}, or for native TensorRT also an engine, which has any other name.
     *
     * @param tensorRt builds and opens engines
     * @param told hears what {@code auto} takes, and why nothing better
     * @throws ModelException if the backend does not work here, with the cause, or the model cannot be opened
     */
    public Model open(Path file, TensorRtEngines tensorRt, Consumer<String> told) {
        Backend chosen = choose(told);
        if (chosen != Backend.TENSORRT) {
            return OnnxModel.open(file, settings(chosen));
        }
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
            return tensorRt.open(file);
        }
        EngineOptions usual = EngineOptions.DEFAULT;
        return tensorRt.openOrBuild(
                file, engines, new EngineOptions(precision, usual.batch(), usual.workspaceBytes(), usual.refittable()));
    }

    /**
     * How ONNX Runtime opens a model.
     *
     * @param told as in {@link #open}
     * @throws ModelException if the backend is not one of ONNX Runtime, or does not work here
     */
    public SessionSettings settings(Consumer<String> told) {
        if (backend.equals(Backend.TENSORRT.label())) {
            throw ModelException.parameter(
                    "backend", "expected a backend of ONNX Runtime for this command, found tensorrt");
        }
        return settings(choose(told));
    }

    private SessionSettings settings(Backend chosen) {
        Provider provider =
                switch (chosen) {
                    case ONNXRUNTIME_CPU -> new Provider.Cpu();
                    case ONNXRUNTIME_CUDA -> new Provider.Cuda(0);
                    case ONNXRUNTIME_TENSORRT -> tensorRtOfOnnxRuntime();
                    case TENSORRT -> throw new IllegalArgumentException("not a provider of ONNX Runtime");
                };
        return new SessionSettings(threads).on(provider);
    }

    private Provider tensorRtOfOnnxRuntime() {
        refusal(precision).ifPresent(sentence -> {
            throw ModelException.parameter("engine-precision", sentence);
        });
        return new Provider.TensorRt(
                0,
                Optional.of(engines.resolve("onnxruntime")),
                precision == EnginePrecision.FP16 || precision == EnginePrecision.INT8,
                precision == EnginePrecision.INT8);
    }

    /** The CPU is not tried beforehand: it is there, or opening the model says why not. */
    private Backend choose(Consumer<String> told) {
        if (backend.equals(AUTO)) {
            BackendChoice choice = Backends.best();
            choice.passedOver().forEach(each -> told.accept("not on " + each.name() + ": " + each.detail()));
            told.accept("running on " + choice.taken().name());
            return choice.backend();
        }
        Backend chosen = Backend.ofLabel(backend).orElseThrow();
        if (chosen != Backend.ONNXRUNTIME_CPU) {
            Backends.require(chosen);
        }
        return chosen;
    }
}
