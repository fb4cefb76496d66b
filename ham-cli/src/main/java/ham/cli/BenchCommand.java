package ham.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.merge.method.MergeProgress;
import ham.merge.method.MergeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham bench}: the merged model against one model a task, from the same weights. */
@Command(
        name = "bench",
        description =
                "Measures serving with the merged model against one model a task: latency, throughput, memory, size.")
final class BenchCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Mixin
    private SessionOptions session;

    @Parameters(
            arity = "0..1",
            paramLabel = "RUN",
            description = "A run folder; or give --base, --merged and --adapters.")
    private Path run;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "The base checkpoint (default with RUN: the one that run.json names).")
    private Path base;

    @Option(names = "--merged", paramLabel = "MERGED", description = "A merge folder.")
    private Path merged;

    @Option(
            names = "--adapters",
            paramLabel = "ADAPTER",
            arity = "1..*",
            description = "The adapters of the merge, in order.")
    private List<Path> adapters;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "500",
            description = "Most requests a strategy that are timed (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "60",
            description = "Longest measurement in seconds (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Override
    public Integer call() {
        boolean parts = merged != null || adapters != null;
        if ((run != null) == parts || (run == null && (base == null || merged == null || adapters == null))) {
            throw new ParameterException(
                    console.spec().commandLine(), "expected a RUN, or --base, --merged and --adapters together");
        }
        if (requests < 1 || seconds < 1) {
            throw new ParameterException(console.spec().commandLine(), "--requests and --seconds: expected at least 1");
        }
        ServingComparison comparison =
                new ServingComparison(console, session.settings(console.spec()), requests, Duration.ofSeconds(seconds));
        ObjectNode json = run != null ? ofRun(comparison, run, base) : ofParts(comparison);
        console.result(ServingComparison.text(json), json);
        return Main.DONE;
    }

    /** Measures a finished run. */
    static ObjectNode ofRun(ServingComparison comparison, Path run, Path baseOrNull) {
        Path record = run.resolve("run.json");
        ObjectNode json = JsonFiles.read(record, "the record of a run");
        JsonNode recorded = json.path("configuration").path("base");
        if (baseOrNull == null && !recorded.isTextual()) {
            throw new InputException(record, "expected the folder of the run's base, found none; give it by --base");
        }
        Path base = baseOrNull != null ? baseOrNull : Path.of(recorded.asText());
        if (!Files.isDirectory(base)) {
            throw new InputException(
                    record, "expected the run's base in " + base + ", found nothing; say where it is with --base");
        }
        return comparison.run(
                Checkpoint.open(base), run.resolve("model.onnx"), merge(adapters(run), run.resolve("merged")));
    }

    private ObjectNode ofParts(ServingComparison comparison) {
        Checkpoint checkpoint = Checkpoint.open(base);
        AdapterMerge merge = merge(adapters, merged);
        try (TemporaryFolder folder = new TemporaryFolder()) {
            Path model = comparison.build(
                    checkpoint, Merged.read(merged), folder.path().resolve("merged.onnx"));
            return comparison.run(checkpoint, model, merge);
        }
    }

    private static AdapterMerge merge(List<Path> folders, Path merged) {
        MergeSettings settings = MergeFolder.settings(merged);
        List<AdapterFolder> adapters = folders.stream().map(AdapterFolder::read).toList();
        MergeFolder.requireInputs(merged, adapters);
        return AdapterMerge.of(adapters, List.of(), settings, Optional.empty(), MergeProgress.SILENT);
    }

    /** The adapter folders of a run, in order: those that its merge was made from, or all where it has no merge. */
    static List<Path> adapters(Path run) {
        Path parent = run.resolve("adapters");
        Path record = run.resolve("merged").resolve(MergeFolder.RECORD);
        if (Files.exists(record)) {
            List<Path> adapters = new ArrayList<>();
            JsonFiles.read(record, "the record of a merge folder")
                    .path("inputs")
                    .forEach(input ->
                            adapters.add(parent.resolve(input.path("adapter").asText())));
            return adapters;
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw InputException.unreadable(parent, e);
        }
    }
}
