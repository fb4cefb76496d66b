package ham.cli.run;

import ham.cli.console.Console;
import ham.cli.console.Usage;
import ham.runtime.ModelException;
import ham.runtime.app.ModelOpener;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.model.Model;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensorrt.engine.EnginePrecision;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What runs a model, and how. */
public final class SessionOptions {
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
            description =
                    "What TensorRT may calculate in: fp32, tf32 (not onnxruntime-tensorrt), fp16, int8 (default: ${DEFAULT-VALUE}).")
    private String precision;

    @Option(
            names = "--engines",
            paramLabel = "DIR",
            description =
                    "Where TensorRT's engines are kept between runs (default: ham/engines in $XDG_CACHE_HOME, or in .cache of the home folder).")
    private Path engines;

    /** Lets all sessions of this command share one pool of threads; to be called before any is opened. */
    public void shareThreads() {
        if (threads >= 0) {
            OnnxRuntime.shareThreads(threads);
        }
    }

    /**
     * How ONNX Runtime opens a model.
     *
     * @throws ModelException if the options are wrong, ask for what is not ONNX Runtime, or the backend does not work here
     */
    public SessionSettings settings(CommandSpec spec) {
        return opener(spec).settings(line -> tell(spec, line));
    }

    /**
     * Opens a model on the backend that was asked for.
     *
     * @throws ModelException if the options are wrong, the backend does not work here, or the model cannot be opened
     */
    public Model open(Console console, Path file) {
        CommandSpec spec = console.spec();
        return opener(spec).open(file, EngineCommand.tensorRt(console), line -> tell(spec, line));
    }

    private ModelOpener opener(CommandSpec spec) {
        EnginePrecision kind =
                Usage.choose(spec, "--engine-precision", precision, EnginePrecision.values(), EnginePrecision::label);
        return new ModelOpener(backend, threads, kind, engines != null ? engines : ModelOpener.usualEngines());
    }

    private static void tell(CommandSpec spec, String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }
}
