package ham.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.bench.comparison.ServingBenchmark;
import ham.bench.comparison.ServingOutput;
import ham.bench.comparison.ServingRequest;
import ham.bench.comparison.ServingSource;
import ham.bench.comparison.ServingText;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.MergeFolder;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** {@code ham bench}: five ways to serve tasks, from the same weights. */
@Command(
        name = "bench",
        description =
                "Measures ways to serve several tasks from the same weights: the merged model, a model a task, one"
                        + " session reloaded, light sessions on shared weights, adapters switched in one session.")
final class BenchCommand implements Callable<Integer> {
    private static final String OUT = "bench";

    @Mixin
    private Console console;

    @Mixin
    private SessionOptions session;

    @Mixin
    private BenchOptions options;

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
            names = "--out",
            paramLabel = "FOLDER",
            description = "Folder for bench.json, bench.csv, samples.csv and bench.html (default with RUN: RUN/bench).")
    private Path out;

    @Option(names = "--force", description = "Replace an existing output.")
    private boolean force;

    @Override
    public Integer call() {
        boolean parts = merged != null || adapters != null;
        if ((run != null) == parts || (run == null && (base == null || merged == null || adapters == null))) {
            throw new ParameterException(
                    console.spec().commandLine(), "expected a RUN, or --base, --merged and --adapters together");
        }
        Optional<Path> output =
                Optional.ofNullable(out).or(() -> Optional.ofNullable(run).map(each -> each.resolve(OUT)));
        output.ifPresent(folder -> ServingOutput.check(
                folder,
                force,
                Stream.of(
                                Stream.ofNullable(run),
                                Stream.ofNullable(base),
                                Stream.ofNullable(merged),
                                Stream.ofNullable(adapters).flatMap(List::stream))
                        .flatMap(each -> each)
                        .toList()));
        ServingSource source = run != null
                ? ofRun(run, Optional.ofNullable(base))
                : source(Checkpoint.open(base), merged, adapters, Optional.empty());
        session.shareThreads();
        ServingRequest request = options.request(console.spec(), source.tasks(), session.settings(console.spec()));
        ServingBenchmark.Outcome outcome = measure(console, source, request);
        output.ifPresent(folder -> ServingOutput.write(folder, force, outcome));
        console.result(
                text(outcome.json())
                        + output.map(folder -> "\nwritten to " + folder).orElse(""),
                outcome.json());
        return Main.DONE;
    }

    /** Builds the models in a temporary folder and measures them. */
    static ServingBenchmark.Outcome measure(Console console, ServingSource source, ServingRequest request) {
        try (TemporaryFolder folder = new TemporaryFolder()) {
            return new ServingBenchmark(source, request, console::stage).run(folder.path());
        }
    }

    /** The table and its notes. */
    static String text(ObjectNode json) {
        Table table = new Table(ServingText.headings().toArray(String[]::new));
        ServingText.rows(json).forEach(row -> table.row(row.toArray(String[]::new)));
        StringBuilder text = new StringBuilder(table.toString());
        ServingText.notes(json).forEach(note -> text.append("\n").append(note));
        return text.toString();
    }

    /** The weights of a finished run. */
    static ServingSource ofRun(Path run, Optional<Path> base) {
        Path record = run.resolve("run.json");
        ObjectNode json = JsonFiles.read(record, "the record of a run");
        JsonNode recorded = json.path("configuration").path("base");
        if (base.isEmpty() && !recorded.isTextual()) {
            throw new InputException(record, "expected the folder of the run's base, found none; give it by --base");
        }
        Path folder = base.orElseGet(() -> Path.of(recorded.asText()));
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    record, "expected the run's base in " + folder + ", found nothing; say where it is with --base");
        }
        List<Path> adapters = adapters(run);
        if (adapters.isEmpty()) {
            throw new InputException(
                    run.resolve("adapters"),
                    "expected an adapter folder a task, found none; a run without adapters has nothing to compare");
        }
        return source(
                Checkpoint.open(folder), run.resolve("merged"), adapters, Optional.of(run.resolve(Pipeline.MODEL)));
    }

    private static ServingSource source(Checkpoint base, Path merged, List<Path> adapters, Optional<Path> model) {
        return new ServingSource(
                base, TaskPackaging.merge(adapters, Optional.of(merged), Optional.of(base)), merged, model);
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
