package ham.job.proof;

import ham.bench.latency.InterleavedMeasurement;
import ham.bench.latency.Measured;
import ham.bench.latency.TimedAction;
import ham.bench.memory.ResidentMemory;
import ham.job.proof.Trials.Outcome;
import ham.runtime.model.Model;
import ham.runtime.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Latency and memory of every backend that works, one image a request, measured in turns. Memory is what the process grew by: a lower bound, since what
 * earlier steps gave back is used first; {@code ham bench} measures it in a process of its own.
 */
final class SpeedTrials {
    private static final InterleavedMeasurement PLAN =
            new InterleavedMeasurement(2, 40, 5, Duration.ofMillis(10), Duration.ofSeconds(20));
    private static final double MEGABYTE = 1e6;

    private SpeedTrials() {}

    static void run(Trials trials, Map<String, Supplier<Model>> working) {
        Optional<String> lacking =
                working.isEmpty() ? Optional.of("no backend gave the right outputs") : Optional.empty();
        trials.step("latency and memory of all backends that work", lacking, () -> {
            List<Model> models = new ArrayList<>();
            try {
                Map<String, Double> figures = new LinkedHashMap<>();
                List<TimedAction> candidates = new ArrayList<>();
                for (Map.Entry<String, Supplier<Model>> each : working.entrySet()) {
                    long before = ResidentMemory.currentBytes().orElse(0);
                    Model model = each.getValue().get();
                    models.add(model);
                    Tensor one = ServingTrials.noise(model, 1);
                    Map<String, Tensor> inputs = Map.of(model.inputs().get(0).name(), one);
                    model.run(inputs);
                    long after = ResidentMemory.currentBytes().orElse(0);
                    figures.put(each.getKey() + " resident_growth_mb", Math.max(0, after - before) / MEGABYTE);
                    candidates.add(new TimedAction(each.getKey(), () -> model.run(inputs)));
                }
                for (Measured each : PLAN.measure(candidates)) {
                    figures.put(each.name() + " p50_ms", each.latency().p50Ms());
                    figures.put(each.name() + " p99_ms", each.latency().p99Ms());
                }
                return new Outcome(true, String.join(", ", working.keySet()), figures);
            } finally {
                models.forEach(Model::close);
            }
        });
    }
}
