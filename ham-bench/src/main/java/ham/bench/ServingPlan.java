package ham.bench;

import ham.bench.strategy.Strategy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What is measured, and what is left out because it does not fit.
 *
 * @param entries by number of tasks, in the order of the strategies
 */
record ServingPlan(List<PlanEntry> entries) {
    /** Of what the machine has, this is used. */
    private static final double SHARE = 0.8;
    /** Bytes a second at which models are built, and at which they are opened; low, so that the budget is kept. */
    private static final double BUILT_PER_SECOND = 60e6;

    private static final double OPENED_PER_SECOND = 300e6;

    ServingPlan {
        entries = List.copyOf(entries);
    }

    /**
     * What there is.
     *
     * @param memory bytes that are available
     * @param disk bytes that are free where temporary models go
     * @param seconds for the whole benchmark
     */
    record Machine(long memory, long disk, double seconds) {}

    /** Plans: what needs most is left out first. */
    static ServingPlan of(
            ServingNeeds needs, Collection<Strategy> strategies, Collection<Integer> counts, Machine machine) {
        List<PlanEntry> entries = new ArrayList<>();
        for (int count : new TreeSet<>(counts)) {
            List<PlanEntry> together = new ArrayList<>();
            for (Strategy strategy : strategies) {
                together.add(new PlanEntry(
                        strategy, count, needs.memory(strategy, count), needs.disk(strategy, count), Optional.empty()));
            }
            entries.addAll(fitMemory(together, (long) (SHARE * machine.memory())));
        }
        Function<List<PlanEntry>, Optional<String>> disk = all -> {
            long needed = files(all, needs.whole());
            return excess(
                    "MB of temporary files",
                    needed / 1e6,
                    SHARE * machine.disk() / 1e6,
                    "free space",
                    "set HAM_OPTS=-Djava.io.tmpdir=FOLDER");
        };
        Function<List<PlanEntry>, Optional<String>> time = all -> excess(
                "s of building and opening",
                seconds(all, needs.whole()),
                machine.seconds() / 2,
                "half of the time",
                "allow more minutes");
        return new ServingPlan(dropUntil(time, dropUntil(disk, entries)));
    }

    private static Optional<String> excess(String unit, double needed, double there, String what, String remedy) {
        return needed <= there
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "the plan needs about %.0f %s, %.0f are %s; %s",
                        needed,
                        unit,
                        there,
                        what,
                        remedy));
    }

    /** What takes turns is open at the same time. */
    private static List<PlanEntry> fitMemory(List<PlanEntry> together, long limit) {
        List<PlanEntry> fitting = new ArrayList<>(together);
        for (long sum = memory(fitting); sum > limit; sum = memory(fitting)) {
            PlanEntry largest = largest(fitting, Comparator.comparingLong(PlanEntry::memory));
            long others = sum - largest.memory();
            String reason = largest.memory() > limit || others == 0
                    ? String.format(
                            Locale.ROOT,
                            "needs about %.0f MB of memory, %.0f MB may be used",
                            largest.memory() / 1e6,
                            limit / 1e6)
                    : String.format(
                            Locale.ROOT,
                            "needs about %.0f MB of memory beside %.0f MB of what it takes turns with, %.0f MB may be used;"
                                    + " measure the strategy %s alone",
                            largest.memory() / 1e6,
                            others / 1e6,
                            limit / 1e6,
                            largest.strategy().label());
            fitting.set(fitting.indexOf(largest), largest.skip(reason));
        }
        return fitting;
    }

    private static long memory(List<PlanEntry> entries) {
        return entries.stream()
                .filter(PlanEntry::measured)
                .mapToLong(PlanEntry::memory)
                .sum();
    }

    private static List<PlanEntry> dropUntil(
            Function<List<PlanEntry>, Optional<String>> problem, List<PlanEntry> entries) {
        List<PlanEntry> kept = new ArrayList<>(entries);
        for (Optional<String> reason = problem.apply(kept);
                reason.isPresent() && kept.stream().anyMatch(PlanEntry::measured);
                reason = problem.apply(kept)) {
            PlanEntry largest = largest(kept, Comparator.comparingLong(PlanEntry::disk));
            kept.set(kept.indexOf(largest), largest.skip(reason.get()));
        }
        return kept;
    }

    private static PlanEntry largest(List<PlanEntry> entries, Comparator<PlanEntry> by) {
        return entries.stream().filter(PlanEntry::measured).max(by).orElseThrow();
    }

    /** Bytes of all files: those of fewer tasks are among those of more, but every merged model is another. */
    private static long files(List<PlanEntry> entries, long whole) {
        long bytes = 0;
        for (List<Strategy> together : List.of(
                List.of(Strategy.PER_TASK, Strategy.RELOAD), List.of(Strategy.SHARED), List.of(Strategy.ADAPTERS))) {
            bytes += entries.stream()
                    .filter(each -> each.measured() && together.contains(each.strategy()))
                    .mapToLong(PlanEntry::disk)
                    .max()
                    .orElse(0);
        }
        long merged = entries.stream()
                .filter(each -> each.measured() && each.strategy() == Strategy.MERGED)
                .count();
        return bytes + (merged + (bytes > 0 ? 1 : 0)) * whole;
    }

    private static double seconds(List<PlanEntry> entries, long whole) {
        long shared = entries.stream()
                .filter(each -> each.measured() && each.strategy() == Strategy.SHARED)
                .mapToInt(PlanEntry::tasks)
                .max()
                .orElse(0);
        long opened = entries.stream()
                .filter(PlanEntry::measured)
                .mapToLong(each -> 2 * (each.strategy() == Strategy.RELOAD ? whole : each.disk()))
                .sum();
        return (files(entries, whole) + shared * whole) / BUILT_PER_SECOND + opened / OPENED_PER_SECOND;
    }

    /** The most tasks that are measured with one of the strategies, 0 for none. */
    int most(Strategy... strategies) {
        return entries.stream()
                .filter(each -> each.measured() && List.of(strategies).contains(each.strategy()))
                .mapToInt(PlanEntry::tasks)
                .max()
                .orElse(0);
    }

    /** Numbers of tasks at which something is measured, rising. */
    List<Integer> counts() {
        return entries.stream()
                .filter(PlanEntry::measured)
                .map(PlanEntry::tasks)
                .distinct()
                .sorted()
                .toList();
    }

    /** What is measured at a number of tasks, in the order of the strategies. */
    List<Strategy> strategies(int tasks) {
        return entries.stream()
                .filter(each -> each.measured() && each.tasks() == tasks)
                .map(PlanEntry::strategy)
                .toList();
    }
}
