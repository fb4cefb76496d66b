package ham.bench;

import ham.bench.latency.ClockFacts;
import ham.bench.latency.NanoClock;
import ham.bench.memory.AvailableMemory;
import ham.bench.scenario.Scenario;
import ham.bench.strategy.BenchSettings;
import ham.bench.strategy.Footprint;
import ham.bench.strategy.HarnessOverhead;
import ham.bench.strategy.ResidentProbe;
import ham.bench.strategy.ServingBench;
import ham.bench.strategy.ServingFiles;
import ham.bench.strategy.ServingResult;
import ham.bench.strategy.Strategy;
import ham.merge.InputException;
import ham.merge.encoder.EncoderInput;
import ham.report.bench.BenchDocument;
import ham.report.bench.BenchHarness;
import ham.report.bench.BenchRow;
import ham.runtime.backend.OnnxRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Plans, builds and measures the ways to serve one source of weights. */
public final class ServingBenchmark {
    /** Of the time that is left, the rest being for the last rounds, which end late. */
    private static final double MEASURING = 0.9;

    private final ServingSource source;
    private final ServingRequest request;
    private final Consumer<String> stage;
    private final long started = System.nanoTime();

    private record Key(Strategy strategy, int tasks) {}

    /**
     * Results.
     *
     * @param document what is recorded
     * @param results with every sample
     */
    public record Outcome(BenchDocument document, List<ServingResult> results) {}

    /**
     * Plans.
     *
     * @param stage told what is done now
     */
    public ServingBenchmark(ServingSource source, ServingRequest request, Consumer<String> stage) {
        this.source = source;
        this.request = request;
        this.stage = stage;
    }

    /**
     * Builds the models and measures them.
     *
     * @param folder empty, for temporary models
     * @throws InputException when nothing of the plan fits the machine
     */
    public Outcome run(Path folder) {
        requireLength();
        ServingPlan plan = ServingPlan.of(
                new ServingNeeds(source),
                request.strategies(),
                request.tasks(),
                new ServingPlan.Machine(
                        AvailableMemory.bytes().orElse(Long.MAX_VALUE),
                        folder.toFile().getUsableSpace(),
                        request.time().toSeconds()));
        if (plan.counts().isEmpty()) {
            PlanEntry first = plan.entries().get(0);
            throw new InputException("expected a strategy that fits this machine, found none; "
                    + first.strategy().label() + " at " + first.tasks() + " tasks: "
                    + first.skipped().orElseThrow());
        }
        stage.accept("building the models of " + plan.counts().get(plan.counts().size() - 1) + " tasks");
        ServingModels models = new ServingModels(
                source, request.version(), request.session(), request.settings().tokens(), (what, done, total) -> {});
        models.build(plan, folder);
        Optional<ServingAccuracy> accuracy =
                request.data().map(data -> new ServingAccuracy(source, models, request, data));
        List<ServingResult> results = measure(plan, models);
        accuracy.ifPresent(each -> stage.accept("measuring accuracies"));
        Map<Key, OptionalDouble> known = new HashMap<>();
        List<BenchRow> rows = new ArrayList<>();
        for (ServingResult each : results) {
            OptionalDouble right = known.computeIfAbsent(new Key(each.strategy(), each.tasks()), key -> accuracy.map(
                            of -> of.of(key.strategy(), key.tasks(), plan.most(key.strategy())))
                    .map(OptionalDouble::of)
                    .orElse(OptionalDouble.empty()));
            rows.add(
                    ServingRows.result(each, request.settings().traffic().kind().label(), right));
        }
        Integer images = accuracy.map(
                        each -> each.images(plan.counts().get(plan.counts().size() - 1)))
                .orElse(null);
        return new Outcome(document(plan, rows, images, harness(results)), results);
    }

    private boolean ofTexts() {
        return source.base().encoder().input() instanceof EncoderInput.Text;
    }

    private void requireLength() {
        int tokens = request.settings().tokens();
        if (source.base().encoder().input() instanceof EncoderInput.Text text && tokens > text.longest()) {
            throw InputException.parameter(
                    "tokens",
                    "expected at most the " + text.longest() + " tokens that a text of "
                            + source.base().directory() + " may have, found " + tokens);
        }
    }

    private List<ServingResult> measure(ServingPlan plan, ServingModels models) {
        ServingBench bench = new ServingBench(request.session(), request.settings());
        List<Integer> counts = plan.counts();
        List<ServingResult> results = new ArrayList<>();
        long measuring = System.nanoTime();
        for (int i = 0; i < counts.size(); i++) {
            int tasks = counts.get(i);
            boolean last = i == counts.size() - 1;
            List<Scenario> scenarios =
                    last ? request.scenarios() : request.scenarios().subList(0, 1);
            int shares = counts.size() - 1 - i + (last ? 1 : request.scenarios().size());
            Duration budget = left(measuring).dividedBy(shares);
            List<ServingFiles> files = plan.strategies(tasks).stream()
                    .map(strategy -> models.files(strategy, tasks))
                    .toList();
            stage.accept(String.format(
                    Locale.ROOT,
                    "measuring %d tasks: %s; %d s at most",
                    tasks,
                    String.join(
                            ", ",
                            plan.strategies(tasks).stream().map(Strategy::label).toList()),
                    Math.max(1, budget.toSeconds())));
            results.addAll(bench.measure(files, tasks, scenarios, budget));
        }
        return results;
    }

    /** The time that is left for measuring. */
    private Duration left(long measuringSince) {
        long now = System.nanoTime();
        Duration all =
                Duration.ofNanos(Math.max(0, (long) (MEASURING * (request.time().toNanos() - (now - started)))));
        return request.measuring()
                .map(limit -> limit.minusNanos(now - measuringSince))
                .filter(limit -> limit.compareTo(all) < 0)
                .map(limit -> limit.isNegative() ? Duration.ZERO : limit)
                .orElse(all);
    }

    private BenchDocument document(ServingPlan plan, List<BenchRow> rows, Integer images, BenchHarness harness) {
        Map<String, String> environment = new LinkedHashMap<>(request.environment());
        ClockFacts clock = ClockFacts.ofSystem();
        environment.put("provider", request.session().provider().executionProvider());
        environment.put("clock", clock.source());
        environment.put("clock resolution", clock.resolutionNs() + " ns");
        environment.put("clock call", String.format(Locale.ROOT, "%.0f ns", clock.callNs()));
        String stability = request.settings().rule().text();
        return new BenchDocument(
                new LinkedHashMap<>(environment),
                request.session().threads(),
                OnnxRuntime.sharesThreads(),
                scenarios(),
                request.settings().traffic().seed(),
                stability,
                "95 %, by order statistics and the binomial distribution, as if queries were independent",
                ServingRows.plan(plan),
                rows,
                images,
                harness,
                notes(stability, harness));
    }

    /** Scenarios and traffic with their numbers, by name. */
    private Map<String, Object> scenarios() {
        BenchSettings settings = request.settings();
        Map<String, Object> scenarios = new LinkedHashMap<>();
        for (Scenario each : request.scenarios()) {
            Map<String, Object> facts = new LinkedHashMap<>();
            switch (each) {
                case SINGLE_STREAM -> facts.put("images", 1);
                case MULTI_STREAM -> {
                    facts.put("images", settings.multiStream());
                    facts.put("largest_run", settings.largestRun());
                }
                case OFFLINE -> {
                    facts.put("images", settings.offline());
                    facts.put("largest_run", settings.largestRun());
                }
                case SERVER -> {
                    facts.put("images", 1);
                    facts.put("arrivals", "Poisson");
                    settings.rate()
                            .ifPresentOrElse(
                                    rate -> facts.put("rate_per_s", rate), () -> facts.put("load", settings.load()));
                    settings.boundMs().ifPresent(bound -> facts.put("bound_ms", bound));
                }
            }
            scenarios.put(each.title(), facts);
        }
        if (ofTexts()) {
            scenarios.put("text", Map.of("tokens", settings.tokens()));
        }
        Map<String, Object> traffic = new LinkedHashMap<>();
        traffic.put("kind", settings.traffic().kind().label());
        traffic.put("zipf_exponent", settings.traffic().zipfExponent());
        traffic.put("burst_length", settings.traffic().burstLength());
        scenarios.put("traffic", traffic);
        return scenarios;
    }

    /** What the benchmark adds to what it measures. */
    private BenchHarness harness(List<ServingResult> results) {
        int tasks = results.get(results.size() - 1).tasks();
        HarnessOverhead overhead = HarnessOverhead.measure(request.settings().traffic(), tasks, NanoClock.SYSTEM);
        double shortest = results.stream()
                .mapToDouble(each -> each.outcome().log().latencies().percentile(0.5))
                .min()
                .orElseThrow();
        double fraction = overhead.closedLoopNs() / shortest;
        return new BenchHarness(
                overhead.closedLoopNs(),
                overhead.serverNs(),
                shortest / 1e6,
                fraction,
                fraction < 0.01,
                ResidentProbe.measureNothing(request.session())
                        .map(Footprint::residentMb)
                        .orElse(null));
    }

    private List<String> notes(String stability, BenchHarness harness) {
        List<String> notes = new ArrayList<>();
        notes.add("scenarios after MLPerf's definitions, not an MLPerf result; " + stability);
        notes.add(String.format(
                Locale.ROOT,
                "the harness adds %.0f ns to a latency, %.4f %% of the shortest median%s; a process without a model has %s MB",
                harness.overheadNs(),
                100 * harness.fraction(),
                harness.belowOnePercent()
                        ? ""
                        : ", which is more than 1 %: such latencies are too short for this benchmark",
                harness.emptyResidentMb() == null
                        ? "an unknown number of"
                        : String.format(Locale.ROOT, "%.0f", harness.emptyResidentMb())));
        if (ofTexts()) {
            notes.add("an image stands for a text of " + request.settings().tokens()
                    + " tokens, none of them padding: a query of so many of them is a batch of that length");
        }
        if (request.data().isPresent()) {
            notes.add(
                    "accuracy: the merged model is not told the task, the others are and choose among its own classes");
        }
        return notes;
    }
}
