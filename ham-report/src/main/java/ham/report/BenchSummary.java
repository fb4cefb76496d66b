package ham.report;

import ham.report.bench.BenchFigure;
import ham.report.chart.Unit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A serving comparison in words: what the merged model takes, what the others take of it, and what follows.
 *
 * @param results what was measured
 * @param skipped how many candidates were not measured
 */
record BenchSummary(BenchResults results, int skipped) {
    /** A difference below this part is none. */
    private static final double TOLERANCE = 0.05;
    /** A difference of accuracies below this is none. */
    private static final double POINTS = 0.005;

    /** Figures that do not depend on the load. */
    private static final Set<BenchFigure> SIZES =
            EnumSet.of(BenchFigure.RESIDENT, BenchFigure.DISK, BenchFigure.ACCURACY);

    private static final SortedMap<BenchFigure, String> COMPARED = new TreeMap<>(
            Map.of(BenchFigure.P50, "median latency", BenchFigure.RESIDENT, "memory", BenchFigure.DISK, "disk"));

    /** The sentences, the verdict first; empty where there is nothing to compare. */
    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        if (results.all().isEmpty()) {
            return sentences;
        }
        String load = results.loads().get(0);
        OptionalInt compared = results.compared(load);
        if (compared.isPresent()) {
            int tasks = compared.getAsInt();
            BenchResult merged = results.find(load, BenchResult.MERGED, tasks).orElseThrow();
            List<BenchResult> others = results.strategies().stream()
                    .filter(each -> !each.equals(BenchResult.MERGED))
                    .flatMap(each -> results.find(load, each, tasks).stream())
                    .toList();
            sentences.add(verdict(merged, others));
            sentences.add("The merged model under " + load + " with " + tasks(tasks) + ": " + takes(merged) + ".");
            others.forEach(each -> sentences.add(against(each, merged)));
            int most = results.tasks(load).get(results.tasks(load).size() - 1);
            if (most > tasks) {
                sentences.add("With " + tasks(most) + " only "
                        + String.join(
                                " and ",
                                results.strategies().stream()
                                        .filter(each ->
                                                results.find(load, each, most).isPresent())
                                        .toList())
                        + " was measured, so the comparison is at " + tasks(tasks) + ".");
            }
        }
        if (skipped > 0) {
            sentences.add(skipped + (skipped == 1 ? " candidate was" : " candidates were")
                    + " skipped; the reasons are at the end.");
        }
        return sentences;
    }

    private String verdict(BenchResult merged, List<BenchResult> others) {
        List<String> better = new ArrayList<>();
        for (BenchResult other : others) {
            List<String> where = new ArrayList<>();
            COMPARED.forEach((figure, name) -> {
                double ratio = value(other, figure) / value(merged, figure);
                if (ratio < 1 - TOLERANCE && !(figure == BenchFigure.P50 && overlap(other, merged))) {
                    where.add(String.format(Locale.ROOT, "%.2f times its %s", ratio, name));
                }
            });
            double gain = value(other, BenchFigure.ACCURACY) - value(merged, BenchFigure.ACCURACY);
            if (gain > POINTS) {
                where.add(String.format(Locale.ROOT, "%.1f points more accuracy", 100 * gain));
            }
            if (!where.isEmpty()) {
                better.add(other.strategy() + " has " + String.join(" and ", where));
            }
        }
        return better.isEmpty()
                ? "Deploy the merged model: no other way was more than 5 % better in what was measured."
                : "Deploy the merged model unless this decides for you: " + String.join("; ", better) + ".";
    }

    private String takes(BenchResult merged) {
        List<String> parts = new ArrayList<>();
        add(parts, "median latency %s", value(merged, BenchFigure.P50), "ms");
        add(parts, "99 %% of answers within %s", value(merged, BenchFigure.P99), "ms");
        add(parts, "%s", value(merged, BenchFigure.THROUGHPUT), "images/s");
        add(parts, "%s of memory", value(merged, BenchFigure.RESIDENT), "MB");
        add(parts, "%s on disk", value(merged, BenchFigure.DISK), "MB");
        add(parts, "accuracy %s", value(merged, BenchFigure.ACCURACY), "fraction");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, String format, double value, String unit) {
        if (Double.isFinite(value)) {
            parts.add(String.format(Locale.ROOT, format, Unit.of(unit).text(value)));
        }
    }

    private String against(BenchResult other, BenchResult merged) {
        List<String> parts = new ArrayList<>();
        ratio(parts, other, merged, BenchFigure.P50, "median latency");
        if (overlap(other, merged)) {
            parts.set(0, parts.get(0) + " (the confidence intervals overlap)");
        }
        ratio(parts, other, merged, BenchFigure.RESIDENT, "memory");
        ratio(parts, other, merged, BenchFigure.DISK, "disk");
        add(parts, "a task switch takes %s", value(other, BenchFigure.SWITCH), "ms");
        add(parts, "accuracy %s", value(other, BenchFigure.ACCURACY), "fraction");
        return other.strategy() + ", against merged: "
                + (parts.isEmpty() ? "nothing to compare" : String.join(", ", parts)) + ".";
    }

    private void ratio(List<String> parts, BenchResult other, BenchResult merged, BenchFigure key, String name) {
        double ratio = value(other, key) / value(merged, key);
        if (Double.isFinite(ratio)) {
            parts.add(String.format(Locale.ROOT, "%.2f times the %s", ratio, name));
        }
    }

    private double value(BenchResult result, BenchFigure figure) {
        double own = result.figure(figure);
        return Double.isFinite(own) || !SIZES.contains(figure)
                ? own
                : results.figure(result.strategy(), result.tasks(), figure);
    }

    private static boolean overlap(BenchResult one, BenchResult other) {
        return one.interval(BenchFigure.P50, 0) <= other.interval(BenchFigure.P50, 1)
                && other.interval(BenchFigure.P50, 0) <= one.interval(BenchFigure.P50, 1);
    }

    private static String tasks(int count) {
        return count + (count == 1 ? " task" : " tasks");
    }
}
