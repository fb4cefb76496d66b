package ham.report;

import ham.report.bench.BenchDocument;
import ham.report.bench.BenchFigure;
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
    /** All results of a document. */
    static BenchResults of(BenchDocument bench) {
        return new BenchResults(bench.results().stream().map(BenchResult::new).toList());
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
    double figure(String strategy, int tasks, BenchFigure figure) {
        return all.stream()
                .filter(each -> each.strategy().equals(strategy) && each.tasks() == tasks)
                .mapToDouble(each -> each.figure(figure))
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
