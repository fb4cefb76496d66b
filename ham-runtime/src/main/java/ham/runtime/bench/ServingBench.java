package ham.runtime.bench;

import ham.runtime.ModelException;
import ham.runtime.latency.Candidate;
import ham.runtime.latency.InterleavedMeasurement;
import ham.runtime.latency.LatencySummary;
import ham.runtime.latency.Measured;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measures strategies in one interleaved run: in every round each strategy has a turn of requests that go from task to task, and a strategy
 * with a model a task another turn of requests for one task, which tells the cost of the switch. Memory is measured afterwards, when no
 * session is open here, in a JVM of its own for each strategy.
 */
public final class ServingBench {
    private final int tasks;
    private final SessionSettings settings;
    private final InterleavedMeasurement measurement;

    /**
     * Plans a benchmark.
     *
     * @param tasks how many tasks are served in turn
     */
    public ServingBench(int tasks, SessionSettings settings, InterleavedMeasurement measurement) {
        this.tasks = tasks;
        this.settings = settings;
        this.measurement = measurement;
    }

    /**
     * Measures.
     *
     * @param strategies each with one model, or one a task
     * @return one result a strategy, in their order
     * @throws ModelException when a model cannot be opened or run
     */
    public List<ServingResult> measure(List<ServingStrategy> strategies) {
        for (ServingStrategy strategy : strategies) {
            int models = strategy.models().size();
            if (models != 1 && models != tasks) {
                throw new IllegalArgumentException(
                        strategy.name() + ": expected 1 model or " + tasks + ", one a task, found " + models);
            }
        }
        List<Times> times = times(strategies);
        return IntStream.range(0, times.size())
                .mapToObj(i -> result(strategies.get(i), times.get(i)))
                .toList();
    }

    /** What is measured while the sessions are open; milliseconds. */
    private record Times(LatencySummary latency, double switchMs, double loadMs) {}

    private List<Times> times(List<ServingStrategy> strategies) {
        List<OpenStrategy> open = new ArrayList<>();
        try {
            List<Candidate> candidates = new ArrayList<>();
            for (ServingStrategy strategy : strategies) {
                OpenStrategy each = new OpenStrategy(strategy, tasks, settings);
                open.add(each);
                candidates.add(new Candidate(strategy.name(), each::nextTask));
                if (each.switches()) {
                    candidates.add(new Candidate(strategy.name() + ", same task", each::sameTask));
                }
            }
            Iterator<Measured> measured = measurement.measure(candidates).iterator();
            List<Times> times = new ArrayList<>();
            for (OpenStrategy each : open) {
                LatencySummary latency = measured.next().latency();
                double same = each.switches() ? measured.next().latency().p50Ms() : latency.p50Ms();
                times.add(new Times(latency, latency.p50Ms() - same, each.loadMs()));
            }
            return times;
        } finally {
            open.forEach(OpenStrategy::close);
        }
    }

    private ServingResult result(ServingStrategy strategy, Times times) {
        return new ServingResult(
                strategy.name(),
                tasks,
                times.latency(),
                1000 / times.latency().meanMs(),
                times.switchMs(),
                times.loadMs(),
                ResidentProbe.measure(strategy.models(), settings),
                bytes(strategy.models()) / 1e6);
    }

    private static long bytes(List<Path> models) {
        long sum = 0;
        for (Path model : models) {
            try {
                sum += Files.size(model);
            } catch (IOException e) {
                throw new ModelException(model + ": its size cannot be read (" + e.getMessage() + ").", e);
            }
        }
        return sum;
    }
}
