package ham.cli;

import ham.runtime.ModelException;
import ham.runtime.backend.Backend;
import ham.runtime.backend.BackendChoice;
import ham.runtime.backend.Backends;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.backend.Provider;
import ham.runtime.model.Classifier;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.model.Supplement;
import ham.runtime.tensorrt.EngineOptions;
import ham.runtime.tensorrt.EnginePrecision;
import ham.runtime.tensorrt.TensorRtEngines;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What runs a model, and how. */
final class SessionOptions {
    private static final String AUTO = "auto";
    private static final String CHOICES = Stream.concat(
                    Stream.of(AUTO), Arrays.stream(Backend.values()).map(Backend::label))
            .collect(Collectors.joining(", "));

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads of ONNX Runtime, 0 for one a physical core (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "onnxruntime-cpu",
            description = {
                "What runs the model: onnxruntime-cpu, onnxruntime-cuda, onnxruntime-tensorrt, tensorrt (a native engine; run and eval only),",
                "or auto for the best of the first three that works (default: ${DEFAULT-VALUE})."
            })
    private String backend;

    @Option(
            names = "--engine-precision",
            paramLabel = "P",
            defaultValue = "fp32",
            description = "What TensorRT may calculate in: fp32, tf32, fp16, int8 (default: ${DEFAULT-VALUE}).")
    private String precision;

    @Option(
            names = "--engines",
            paramLabel = "DIR",
            description =
                    "Where TensorRT's engines are kept between runs (default: .cache/ham/engines in the home folder).")
    private Path engines;

    /** Lets all sessions of this command share one pool of threads; to be called before any is opened. */
    void shareThreads() {
        if (threads >= 0) {
            OnnxRuntime.shareThreads(threads);
        }
    }

    /**
     * How ONNX Runtime opens a model.
     *
     * @throws ModelException if the backend does not work here
     * @throws ParameterException if the options are wrong, or ask for what is not ONNX Runtime
     */
    SessionSettings settings(CommandSpec spec) {
        Backend chosen = choose(spec);
        if (chosen == Backend.TENSORRT) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--backend: expected a backend of ONNX Runtime for this command, found tensorrt");
        }
        return settings(spec, chosen);
    }

    /**
     * Opens a model on the backend that was asked for.
     *
     * @throws ModelException if the backend does not work here, or the model cannot be opened
     */
    Model open(Console console, Path file) {
        CommandSpec spec = console.spec();
        Backend chosen = choose(spec);
        if (chosen != Backend.TENSORRT) {
            return OnnxModel.open(file, settings(spec, chosen));
        }
        EngineOptions options = new EngineOptions(
                precision(spec),
                EngineOptions.DEFAULT.batch(),
                EngineOptions.DEFAULT.workspaceBytes(),
                EngineOptions.DEFAULT.refittable());
        TensorRtEngines tensorRt = EngineCommand.tensorRt(console);
        return file.toString().endsWith(".onnx") ? tensorRt.openOrBuild(file, folder(), options) : tensorRt.open(file);
    }

    /** As {@link #open}, for images. */
    Classifier classifier(Console console, Path file) {
        return Classifier.of(open(console, file), Supplement.NONE);
    }

    private SessionSettings settings(CommandSpec spec, Backend chosen) {
        EnginePrecision kind = precision(spec);
        Provider provider =
                switch (chosen) {
                    case ONNXRUNTIME_CPU -> new Provider.Cpu();
                    case ONNXRUNTIME_CUDA -> new Provider.Cuda(0);
                    case ONNXRUNTIME_TENSORRT ->
                        new Provider.TensorRt(
                                0,
                                Optional.of(folder().resolve("onnxruntime")),
                                kind == EnginePrecision.FP16 || kind == EnginePrecision.INT8,
                                kind == EnginePrecision.INT8);
                    case TENSORRT -> throw new IllegalArgumentException("not a provider of ONNX Runtime");
                };
        try {
            return new SessionSettings(threads).on(provider);
        } catch (ModelException e) {
            throw new ParameterException(spec.commandLine(), "--threads: " + e.getMessage(), e);
        }
    }

    private EnginePrecision precision(CommandSpec spec) {
        return Usage.choose(spec, "--engine-precision", precision, EnginePrecision.values(), EnginePrecision::label);
    }

    private Path folder() {
        return engines != null ? engines : Path.of(System.getProperty("user.home"), ".cache", "ham", "engines");
    }

    /** The CPU is not tried beforehand: it is there, or opening the model says why not. */
    private Backend choose(CommandSpec spec) {
        if (backend.equals(AUTO)) {
            BackendChoice choice = Backends.best();
            choice.passedOver()
                    .forEach(each ->
                            spec.commandLine().getErr().println("not on " + each.name() + ": " + each.detail()));
            spec.commandLine().getErr().println("running on " + choice.taken().name());
            spec.commandLine().getErr().flush();
            return choice.backend();
        }
        Backend chosen = Backend.ofLabel(backend)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--backend: expected one of " + CHOICES + ", found '" + backend + "'"));
        if (chosen != Backend.ONNXRUNTIME_CPU) {
            Backends.require(chosen);
        }
        return chosen;
    }
}
