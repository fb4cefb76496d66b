package ham.bench.strategy;

import ham.bench.latency.LatencySamples;
import ham.bench.latency.NanoClock;
import ham.bench.scenario.ClosedLoop;
import ham.bench.scenario.InterleavedRun;
import ham.bench.scenario.InterleavedRun.Outcome;
import ham.bench.scenario.PoissonArrivals;
import ham.bench.scenario.Scenario;
import ham.bench.scenario.Turn;
import ham.bench.traffic.RequestedTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Scenarios, and the cost of a task switch, on strategies that are open. */
final class ScenarioRuns {
    private static final int WARM_UP_ROUNDS = 3;
    /** Long enough for ONNX Runtime's idle threads to stop spinning. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Duration SHORTEST_TURN = Duration.ofMillis(250);

    private final List<TaskServer> servers;
    private final int tasks;
    private final BenchSettings settings;
    private final long deadline;
    private int parts;

    /**
     * Plans.
     *
     * @param deadline when all is to be done, of {@link System#nanoTime}
     * @param parts scenarios, and the cost of a switch, that share the time
     */
    ScenarioRuns(List<TaskServer> servers, int tasks, BenchSettings settings, long deadline, int parts) {
        this.servers = servers;
        this.tasks = tasks;
        this.settings = settings;
        this.deadline = deadline;
        this.parts = parts;
    }

    /** The time of the next part: an equal share of what is left. */
    private Duration share() {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()) / parts--);
    }

    /** Runs a scenario. */
    Measured measure(Scenario scenario) {
        return switch (scenario) {
            case SINGLE_STREAM -> closed(1, 25);
            case MULTI_STREAM -> closed(settings.multiStream(), 8);
            case OFFLINE -> closed(settings.offline(), 2);
            case SERVER -> server();
        };
    }

    private Measured closed(int images, int perTurn) {
        List<Outcome> outcomes = run(loops(images, perTurn), settings.queries(), share());
        return new Measured(outcomes, images, List.of());
    }

    private List<Turn> loops(int images, int perTurn) {
        List<Turn> loops = new ArrayList<>();
        for (TaskServer server : servers) {
            loops.add(new ClosedLoop(
                    server,
                    settings.traffic().over(tasks),
                    images,
                    Math.min(perTurn, settings.queries()),
                    SHORTEST_TURN));
        }
        return loops;
    }

    private List<Outcome> run(List<Turn> turns, int queries, Duration time) {
        return new InterleavedRun(WARM_UP_ROUNDS, queries, PAUSE, time, settings.rule())
                .measure(turns, NanoClock.SYSTEM);
    }

    private Measured server() {
        Duration budget = share();
        List<Outcome> before = run(loops(1, 25), Math.min(100, settings.queries()), budget.dividedBy(5));
        double bound = settings.boundMs().orElse(10e3 / before.get(0).log().queriesPerSecond());
        Duration time = budget.multipliedBy(4).dividedBy(5);
        Duration turn = time.dividedBy((settings.rule().rounds() + 4L) * servers.size());
        List<Turn> turns = new ArrayList<>();
        double[] rates = new double[servers.size()];
        for (int i = 0; i < rates.length; i++) {
            double capacity = before.get(i).log().queriesPerSecond();
            rates[i] = settings.rate().orElse(settings.load() * capacity);
            turns.add(new PoissonArrivals(
                    servers.get(i),
                    settings.traffic().over(tasks),
                    rates[i],
                    settings.traffic().seed(),
                    Math.min(100, settings.queries()),
                    turn.compareTo(SHORTEST_TURN) < 0 ? SHORTEST_TURN : turn));
        }
        List<Outcome> outcomes = run(turns, settings.queries(), time);
        List<ServerLoad> loads = new ArrayList<>();
        for (int i = 0; i < rates.length; i++) {
            double capacity = before.get(i).log().queriesPerSecond();
            LatencySamples latencies = outcomes.get(i).log().latencies();
            loads.add(new ServerLoad(
                    capacity,
                    rates[i],
                    outcomes.get(i).log().queriesPerSecond(),
                    bound,
                    latencies.percentile(0.99) <= 1e6 * bound,
                    rates[i] >= capacity));
        }
        return new Measured(outcomes, 1, loads);
    }

    /** What a switch costs each, in ms. */
    List<OptionalDouble> switches() {
        List<Turn> turns = new ArrayList<>();
        for (TaskServer server : servers) {
            if (server.switches()) {
                turns.add(new ClosedLoop(server, new Pairs(tasks), 1, 24, 2, SHORTEST_TURN));
            }
        }
        List<Outcome> outcomes =
                turns.isEmpty() ? List.of() : run(turns, Math.min(400, 2 * settings.queries()), share());
        List<OptionalDouble> switches = new ArrayList<>();
        int next = 0;
        for (TaskServer server : servers) {
            switches.add(server.switches() ? difference(outcomes.get(next++)) : OptionalDouble.of(0));
        }
        return switches;
    }

    private OptionalDouble difference(Outcome outcome) {
        LatencySamples same = outcome.log().latencies(false);
        LatencySamples other = outcome.log().latencies(true);
        return same.count() == 0 || other.count() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((other.percentile(0.5) - same.percentile(0.5)) / 1e6);
    }

    /** One scenario: outcomes, and loads if it is the server's, in the order of the strategies. */
    record Measured(List<Outcome> outcomes, int images, List<ServerLoad> loads) {
        double imagesPerSecond(int strategy) {
            return images * outcomes.get(strategy).log().queriesPerSecond();
        }

        Optional<ServerLoad> load(int strategy) {
            return loads.isEmpty() ? Optional.empty() : Optional.of(loads.get(strategy));
        }
    }

    /** 0, 0, 1, 1, 2, 2, ...: every second request switches. */
    private static final class Pairs implements RequestedTasks {
        private final int tasks;
        private int count;

        Pairs(int tasks) {
            this.tasks = tasks;
        }

        @Override
        public int next() {
            return count++ / 2 % tasks;
        }
    }
}
