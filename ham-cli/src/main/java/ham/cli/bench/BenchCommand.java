package ham.cli.bench;

import ham.bench.ServingBenchmark;
import ham.bench.ServingOutput;
import ham.bench.ServingRequest;
import ham.bench.ServingSource;
import ham.bench.ServingText;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.cli.run.SessionOptions;
import ham.job.work.TemporaryFolder;
import ham.merge.checkpoint.Checkpoint;
import ham.report.bench.BenchDocument;
import java.nio.file.Path;
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
public final class BenchCommand implements Callable<Integer> {
    private static final String OUT = "bench";

    @Mixin
    private Console console;

    @Mixin
    private SessionOptions session;

    @Mixin
    private UrlOptions url;

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
        if (url.given(console.spec())) {
            return url.run(console);
        }
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
                ? ServingSource.ofRun(run, Optional.ofNullable(base))
                : ServingSource.of(Checkpoint.open(base), merged, adapters, Optional.empty());
        session.shareThreads();
        ServingRequest request = options.request(console.spec(), source.tasks(), session.settings(console.spec()));
        ServingBenchmark.Outcome outcome = measure(console, source, request);
        output.ifPresent(folder -> ServingOutput.write(folder, force, outcome));
        console.result(
                text(outcome.document())
                        + output.map(folder -> "\nwritten to " + folder).orElse(""),
                outcome.document().json());
        return ExitCode.DONE;
    }

    /** Builds the models in a temporary folder and measures them. */
    public static ServingBenchmark.Outcome measure(Console console, ServingSource source, ServingRequest request) {
        try (TemporaryFolder folder = new TemporaryFolder()) {
            return new ServingBenchmark(source, request, console::stage).run(folder.path());
        }
    }

    /** The table and its notes. */
    public static String text(BenchDocument bench) {
        Table table = new Table(ServingText.headings().toArray(String[]::new));
        ServingText.rows(bench).forEach(row -> table.row(row.toArray(String[]::new)));
        StringBuilder text = new StringBuilder(table.toString());
        ServingText.notes(bench).forEach(note -> text.append("\n").append(note));
        return text.toString();
    }
}
