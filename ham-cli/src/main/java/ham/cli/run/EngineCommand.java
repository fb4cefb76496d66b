package ham.cli.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Usage;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.runtime.backend.Backend;
import ham.runtime.backend.Backends;
import ham.runtime.tensorrt.TensorRtEngines;
import ham.runtime.tensorrt.engine.BatchRange;
import ham.runtime.tensorrt.engine.EngineFile;
import ham.runtime.tensorrt.engine.EngineOptions;
import ham.runtime.tensorrt.engine.EnginePrecision;
import ham.runtime.tensorrt.engine.EngineRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham engine}: an engine of TensorRT from an exported model, or an engine with the weights of the next model. */
@Command(
        name = "engine",
        description = {
            "Builds a TensorRT engine from a model, or puts a model's weights into an engine that exists (--refit).",
            "It is compared with ONNX Runtime on the CPU before it is saved. Needs an NVIDIA GPU and a build with -Pgpu."
        })
public final class EngineCommand implements Callable<Integer> {
    private static final long MEBIBYTE = 1L << 20;

    @Mixin
    private Console console;

    @Parameters(paramLabel = "MODEL.onnx", description = "The model whose weights the engine is to have.")
    private Path model;

    @Option(
            names = "--out",
            paramLabel = "ENGINE",
            required = true,
            description = "Where the engine goes; its record goes to ENGINE.json.")
    private Path out;

    @Option(
            names = "--refit",
            paramLabel = "ENGINE",
            description =
                    "An engine of the same graph, built here, to take all but the weights from: seconds instead of minutes.")
    private Path refit;

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "What it may calculate in: fp32, tf32, fp16, int8 (default: fp32).")
    private String precision;

    @Option(
            names = "--batch",
            paramLabel = "MIN,USUAL,MAX",
            description = "Batch sizes that it takes, tuned for the second (default: 1,1,32).")
    private String batch;

    @Option(
            names = "--workspace",
            paramLabel = "MB",
            description = "Most scratch memory of a layer, in MiB (default: 1024).")
    private Long workspace;

    @Option(names = "--no-refit", description = "Build an engine whose weights stay, which may be a little faster.")
    private boolean fixed;

    @Option(
            names = "--timings",
            paramLabel = "FILE",
            description =
                    "Kernel timings, read if the file is there and written afterwards; they make the next build faster.")
    private Path timings;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description =
                    "How far the output may be from the CPU's, as a fraction of its range (default: 0.001 for fp32, 0.005 for tf32,"
                            + " 0.02 for fp16, 0.1 for int8).")
    private Double tolerance;

    @Option(names = "--force", description = "Replace an existing engine.")
    private boolean force;

    @Override
    public Integer call() {
        if (tolerance != null && !(tolerance > 0 && tolerance < 1)) {
            throw wrong("--tolerance: expected a fraction between 0 and 1, found " + tolerance);
        }
        EngineOptions options = options();
        Path record = out.resolveSibling(out.getFileName() + ".json");
        for (Path target : List.of(out, record)) {
            Outputs.checkFile(target, force, List.of(model));
        }
        Backends.require(Backend.TENSORRT);
        TensorRtEngines tensorRt = tensorRt(console);
        OptionalDouble relative = tolerance == null ? OptionalDouble.empty() : OptionalDouble.of(tolerance);
        EngineRecord made = refit != null
                ? tensorRt.refit(refit, model, out, relative)
                : tensorRt.build(model, out, options, Optional.ofNullable(timings), relative);
        ObjectNode json = JsonFiles.object().put("out", out.toString());
        json.setAll(EngineFile.json(made));
        console.result(text(made), json);
        return ExitCode.DONE;
    }

    private EngineOptions options() {
        boolean forBuild = Stream.of(precision, batch, workspace, timings).anyMatch(Objects::nonNull) || fixed;
        if (refit != null && forBuild) {
            throw wrong(
                    "--refit: an engine keeps its precision, batches and workspace; expected none of --precision, --batch, --workspace,"
                            + " --no-refit, --timings beside it");
        }
        EngineOptions usual = EngineOptions.DEFAULT;
        EnginePrecision kind = precision == null
                ? usual.precision()
                : Usage.choose(
                        console.spec(), "--precision", precision, EnginePrecision.values(), EnginePrecision::label);
        try {
            return new EngineOptions(
                    kind,
                    batch == null ? usual.batch() : BatchRange.of(batch),
                    workspace == null ? usual.workspaceBytes() : Math.multiplyExact(workspace, MEBIBYTE),
                    !fixed);
        } catch (ArithmeticException e) {
            throw wrong("--workspace: expected a number of MiB, found " + workspace);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(console.spec().commandLine(), message);
    }

    private String text(EngineRecord made) {
        return String.format(
                Locale.ROOT,
                "%s, TensorRT %s, %s, batches %s, %d MB, %s in %.1f s%nlargest difference from ONNX Runtime on the CPU %.3g"
                        + " (allowed %.3g), same best class in %.1f %% of %d rows%nwritten to %s",
                made.key().gpu(),
                made.key().tensorRt(),
                made.key().precision(),
                made.key().batch(),
                made.engineBytes() / 1_000_000,
                made.refits() > 0 ? "refitted" : "built",
                made.seconds(),
                made.parity().maxAbs(),
                made.parity().tolerance(),
                100 * made.parity().top1(),
                made.parity().rows(),
                out);
    }

    /** TensorRT that tells its progress and warnings on the console. */
    static TensorRtEngines tensorRt(Console console) {
        return new TensorRtEngines(
                (stage, elapsed) -> {
                    if (elapsed.isZero()) {
                        console.stage(stage);
                    } else {
                        console.progress("%s: %d s", stage, elapsed.toSeconds());
                    }
                },
                message -> console.warn("TensorRT: " + message));
    }
}
