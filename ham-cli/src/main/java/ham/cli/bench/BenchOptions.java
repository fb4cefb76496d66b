package ham.cli.bench;

import ham.bench.ServingRequest;
import ham.bench.scenario.Scenario;
import ham.bench.scenario.StabilityRule;
import ham.bench.strategy.BenchSettings;
import ham.bench.strategy.Strategy;
import ham.bench.traffic.Traffic;
import ham.bench.traffic.TrafficKind;
import ham.cli.console.PreprocessingOption;
import ham.cli.console.Usage;
import ham.cli.run.BadImageOption;
import ham.runtime.ModelException;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What {@code ham bench} measures, and how requests come. */
public final class BenchOptions {
    @Option(
            names = "--strategies",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "merged,per-task,reload,shared,adapters",
            description = "Ways to serve (default: ${DEFAULT-VALUE}).")
    private List<String> strategies;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            split = ",",
            description = "Numbers of tasks to serve (default: those of 1,2,5,10,20,50 that there are, and all).")
    private List<Integer> tasks;

    @Option(
            names = "--scenarios",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "single-stream,multi-stream,server,offline",
            description =
                    "How requests come, after MLPerf's definitions (default: ${DEFAULT-VALUE}); the first is run for every"
                            + " number of tasks, the others for the largest.")
    private List<String> scenarios;

    @Option(
            names = "--traffic",
            paramLabel = "KIND",
            defaultValue = "round-robin",
            description =
                    "Which task a request is for: round-robin, uniform, zipf or bursts (default: ${DEFAULT-VALUE}).")
    private String traffic;

    @Option(
            names = "--zipf-exponent",
            paramLabel = "S",
            defaultValue = "1",
            description = "Skew of zipf traffic (default: ${DEFAULT-VALUE}).")
    private double zipfExponent;

    @Option(
            names = "--burst-length",
            paramLabel = "N",
            defaultValue = "10",
            description = "Mean number of requests of a burst (default: ${DEFAULT-VALUE}).")
    private double burstLength;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of traffic and arrivals (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--multi-stream",
            paramLabel = "N",
            defaultValue = "8",
            description = "Images of a multi-stream query (default: ${DEFAULT-VALUE}).")
    private int multiStream;

    @Option(
            names = "--offline",
            paramLabel = "N",
            defaultValue = "64",
            description = "Images of an offline query (default: ${DEFAULT-VALUE}).")
    private int offline;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Most images of one run of a model (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            description = "Rate of the server scenario, the same for all (default: --load).")
    private Double rate;

    @Option(
            names = "--load",
            paramLabel = "FRACTION",
            defaultValue = "0.5",
            description =
                    "Rate of the server scenario as a fraction of what each strategy was just measured to answer (default:"
                            + " ${DEFAULT-VALUE}).")
    private double load;

    @Option(
            names = "--bound",
            paramLabel = "MS",
            description =
                    "The server scenario's bound on the 99th percentile (default: ten times what the first strategy takes"
                            + " for a request).")
    private Double bound;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "32",
            description = "Of a base of texts: tokens of every text (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Queries after which a strategy has no more turns in a scenario (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "8",
            description = "Time for everything, building the models included (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Longest time for the measurement alone (default: what --minutes leaves).")
    private Double seconds;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            description = "Data folder, as for ham train: measures the accuracy of each way on its test images.")
    private Path data;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Most test images for the accuracy, spread evenly (default: ${DEFAULT-VALUE}).")
    private int images;

    @Mixin
    private PreprocessingOption preprocessing;

    @Mixin
    private BadImageOption badImages;

    /** The options as a request; wrong usage where they make none. */
    ServingRequest request(CommandSpec spec, int available, SessionSettings session) {
        ServingRequest.Builder builder = ServingRequest.builder()
                .optStrategies(names(spec, "--strategies", strategies, Strategy.values(), Strategy::label))
                .optScenarios(names(spec, "--scenarios", scenarios, Scenario.values(), Scenario::label))
                .optSettings(settings(spec))
                .optSession(session)
                .optTime(duration(60 * minutes))
                .optImages(images);
        if (tasks != null) {
            builder.optTasks(tasks);
        }
        if (seconds != null) {
            builder.optMeasuring(duration(seconds));
        }
        if (data != null) {
            builder.optData(badImages.test(spec, data));
        }
        if (data == null && preprocessing.typed().isPresent()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--preprocessing: expected --data with it, found none; only its test images are prepared");
        }
        preprocessing.choice().ifPresent(builder::optPreprocessing);
        return builder.build(available);
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos((long) (1e9 * seconds));
    }

    private static <T> List<T> names(
            CommandSpec spec, String option, List<String> texts, T[] values, Function<T, String> name) {
        List<T> chosen = texts.stream()
                .map(text -> Usage.choose(spec, option, text, values, name))
                .distinct()
                .toList();
        if (chosen.size() < texts.size()) {
            throw new ParameterException(
                    spec.commandLine(), option + ": expected every name once, found " + String.join(",", texts));
        }
        return chosen;
    }

    private BenchSettings settings(CommandSpec spec) {
        TrafficKind kind = Usage.choose(spec, "--traffic", traffic, TrafficKind.values(), TrafficKind::label);
        try {
            return new BenchSettings(
                    new Traffic(kind, zipfExponent, burstLength, seed),
                    multiStream,
                    offline,
                    batch,
                    optional(rate),
                    load,
                    optional(bound),
                    tokens,
                    requests,
                    StabilityRule.DEFAULT);
        } catch (ModelException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static OptionalDouble optional(Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
