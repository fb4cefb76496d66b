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
import java.util.List;

/**
 * Measures strategies in one interleaved run: in every round each strategy answers one request for the next task, and strategies with a model
 * a task one more for the same task again, which tells the cost of the switch. Memory is measured in a JVM of its own for each strategy.
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
     * @return one result a strategy, in their order
     * @throws ModelException when a model cannot be opened or run
     */
    public List<ServingResult> measure(List<ServingStrategy> strategies) {
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
            List<Measured> measured = measurement.measure(candidates);
            List<ServingResult> results = new ArrayList<>();
            int next = 0;
            for (OpenStrategy each : open) {
                LatencySummary latency = measured.get(next++).latency();
                double same = each.switches() ? measured.get(next++).latency().p50Ms() : latency.p50Ms();
                results.add(result(each, latency, latency.p50Ms() - same));
            }
            return results;
        } finally {
            open.forEach(OpenStrategy::close);
        }
    }

    private ServingResult result(OpenStrategy open, LatencySummary latency, double switchMs) {
        return new ServingResult(
                open.strategy().name(),
                tasks,
                latency,
                1000 / latency.meanMs(),
                switchMs,
                open.loadMs(),
                ResidentProbe.measure(open.strategy().models(), settings),
                bytes(open.strategy().models()) / 1e6);
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
