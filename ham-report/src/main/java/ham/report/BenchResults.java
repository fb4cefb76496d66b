package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * All measurements of {@code bench.json}.
 *
 * @param all in the file's order
 */
record BenchResults(List<BenchResult> all) {
    /** Reads the array {@code results}. */
    static BenchResults of(JsonNode bench) {
        List<BenchResult> all = new ArrayList<>();
        Values.array(bench, "results").forEach(each -> all.add(new BenchResult(each)));
        return new BenchResults(all);
    }

    /** Ways to serve, the merged model first. */
    List<String> strategies() {
        Set<String> names = new LinkedHashSet<>();
        if (all.stream().anyMatch(each -> each.strategy().equals(BenchResult.MERGED))) {
            names.add(BenchResult.MERGED);
        }
        all.forEach(each -> names.add(each.strategy()));
        return List.copyOf(names);
    }

    /** Scenarios with their traffic, one stream of requests first. */
    List<String> loads() {
        Set<String> loads = new LinkedHashSet<>();
        all.stream().filter(BenchResult::singleStream).forEach(each -> loads.add(each.load()));
        all.forEach(each -> loads.add(each.load()));
        return List.copyOf(loads);
    }

    /** Numbers of tasks that were measured under a load, ascending. */
    List<Integer> tasks(String load) {
        return List.copyOf(
                new TreeSet<>(under(load).stream().map(BenchResult::tasks).toList()));
    }

    List<BenchResult> under(String load) {
        return all.stream().filter(each -> each.load().equals(load)).toList();
    }

    Optional<BenchResult> find(String load, String strategy, int tasks) {
        return under(load).stream()
                .filter(each -> each.strategy().equals(strategy) && each.tasks() == tasks)
                .findFirst();
    }

    /** A figure that does not depend on the load (memory, disk, accuracy): from the first load that has it. */
    double figure(String strategy, int tasks, String key) {
        return all.stream()
                .filter(each -> each.strategy().equals(strategy) && each.tasks() == tasks)
                .mapToDouble(each -> each.figure(key))
                .filter(Double::isFinite)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** The largest number of tasks at which the merged model was measured beside another way. */
    OptionalInt compared(String load) {
        return tasks(load).stream()
                .filter(tasks -> find(load, BenchResult.MERGED, tasks).isPresent()
                        && strategies().stream()
                                        .filter(each -> find(load, each, tasks).isPresent())
                                        .count()
                                > 1)
                .mapToInt(tasks -> tasks)
                .max();
    }
}
