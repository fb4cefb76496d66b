package ham.bench.comparison;

import ham.bench.scenario.Scenario;
import ham.bench.strategy.BenchSettings;
import ham.bench.strategy.Strategy;
import ham.runtime.model.SessionSettings;
import ham.train.data.Dataset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to measure.
 *
 * @param strategies in the order of the results, at least one
 * @param tasks numbers of tasks, each from 1 to what there is
 * @param scenarios at least one; the first at every number of tasks, the others at the largest only
 * @param settings how requests come
 * @param session how models run
 * @param time for everything, building included
 * @param measuring longest time for the measurement alone, empty for what is left of {@code time}
 * @param data test images for the accuracy, if it is wanted
 * @param images most of them
 * @param environment facts to record
 * @param version of ham
 */
public record ServingRequest(
        List<Strategy> strategies,
        List<Integer> tasks,
        List<Scenario> scenarios,
        BenchSettings settings,
        SessionSettings session,
        Duration time,
        Optional<Duration> measuring,
        Optional<Dataset> data,
        int images,
        Map<String, String> environment,
        String version) {
    public ServingRequest {
        strategies = List.copyOf(strategies);
        tasks = List.copyOf(tasks);
        scenarios = List.copyOf(scenarios);
    }
}
