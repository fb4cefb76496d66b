package ham.report;

import ham.report.chart.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

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
            for (String[] figure :
                    new String[][] {{"p50_ms", "median latency"}, {"resident_mb", "memory"}, {"disk_mb", "disk"}}) {
                double ratio = value(other, figure[0]) / value(merged, figure[0]);
                if (ratio < 1 - TOLERANCE && !(figure[0].equals("p50_ms") && overlap(other, merged))) {
                    where.add(String.format(Locale.ROOT, "%.2f times its %s", ratio, figure[1]));
                }
            }
            double gain = value(other, "accuracy") - value(merged, "accuracy");
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
        add(parts, "median latency %s", value(merged, "p50_ms"), "ms");
        add(parts, "99 %% of answers within %s", value(merged, "p99_ms"), "ms");
        add(parts, "%s", value(merged, "throughput_per_s"), "images/s");
        add(parts, "%s of memory", value(merged, "resident_mb"), "MB");
        add(parts, "%s on disk", value(merged, "disk_mb"), "MB");
        add(parts, "accuracy %s", value(merged, "accuracy"), "fraction");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, String format, double value, String unit) {
        if (Double.isFinite(value)) {
            parts.add(String.format(Locale.ROOT, format, Unit.of(unit).text(value)));
        }
    }

    private String against(BenchResult other, BenchResult merged) {
        List<String> parts = new ArrayList<>();
        ratio(parts, other, merged, "p50_ms", "median latency");
        if (overlap(other, merged)) {
            parts.set(0, parts.get(0) + " (the confidence intervals overlap)");
        }
        ratio(parts, other, merged, "resident_mb", "memory");
        ratio(parts, other, merged, "disk_mb", "disk");
        add(parts, "a task switch takes %s", value(other, "switch_ms"), "ms");
        add(parts, "accuracy %s", value(other, "accuracy"), "fraction");
        return other.strategy() + ", against merged: "
                + (parts.isEmpty() ? "nothing to compare" : String.join(", ", parts)) + ".";
    }

    private void ratio(List<String> parts, BenchResult other, BenchResult merged, String key, String name) {
        double ratio = value(other, key) / value(merged, key);
        if (Double.isFinite(ratio)) {
            parts.add(String.format(Locale.ROOT, "%.2f times the %s", ratio, name));
        }
    }

    private double value(BenchResult result, String key) {
        double own = result.figure(key);
        return Double.isFinite(own) || key.endsWith("_ms") || key.endsWith("_s")
                ? own
                : results.figure(result.strategy(), result.tasks(), key);
    }

    private static boolean overlap(BenchResult one, BenchResult other) {
        return one.interval("p50_ms", 0) <= other.interval("p50_ms", 1)
                && other.interval("p50_ms", 0) <= one.interval("p50_ms", 1);
    }

    private static String tasks(int count) {
        return count + (count == 1 ? " task" : " tasks");
    }
}
