package ham.cli.export;

import ham.cli.console.Usage;
import ham.export.pack.TritonSettings;
import ham.job.export.PackageChoice;
import ham.job.export.PackageKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** A folder instead of a file. */
final class PackageOptions {
    @Option(
            names = "--package",
            paramLabel = "KIND",
            description =
                    "Write a folder: triton or triton-tensorrt, a Triton model repository; adapters, the base and an"
                            + " .onnx_adapter file a task; per-task, a model a task; shared, the same with one file for what they"
                            + " share.")
    private PackageKind kind;

    @Option(
            names = "--adapters",
            paramLabel = "ADAPTER",
            arity = "1..*",
            description =
                    "With a package of tasks: the adapters in order, or a run folder (default: those that --merged"
                            + " was made from).")
    private List<Path> adapters = List.of();

    @Option(
            names = "--model-name",
            paramLabel = "NAME",
            defaultValue = "ham",
            description = "With triton: the model's name (default: ${DEFAULT-VALUE}).")
    private String name;

    @Option(
            names = "--max-batch",
            paramLabel = "N",
            defaultValue = "8",
            description = "With triton: most images at once (default: ${DEFAULT-VALUE}).")
    private int maxBatch;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "1",
            description = "With triton: copies of the model a device (default: ${DEFAULT-VALUE}).")
    private int instances;

    /** Refuses options of a folder that is not asked for. */
    void check(CommandSpec spec) {
        boolean model = kind != null && kind.merged();
        Usage.requireWith(spec, kind != null && !model, "--package adapters, per-task or shared", "--adapters");
        Usage.requireWith(
                spec, model, "--package triton or triton-tensorrt", "--model-name", "--max-batch", "--instances");
    }

    /** The folder that was asked for. */
    Optional<PackageChoice> choice() {
        return Optional.ofNullable(kind)
                .map(each -> new PackageChoice(
                        each,
                        adapters,
                        new TritonSettings(name, maxBatch, instances, each == PackageKind.TRITON_TENSORRT)));
    }
}
