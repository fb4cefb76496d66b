package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import ham.report.chart.Unit;
import ham.report.page.Html;
import ham.report.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * The page of a serving comparison.
 *
 * @param bench {@code bench.json}; figures may be null or absent, and are then not shown
 */
public record BenchReport(JsonNode bench) {
    /** Columns of the tables: key and heading. */
    private static final List<Map.Entry<String, String>> FIGURES = List.of(
            Map.entry("samples", "samples"),
            Map.entry("warm_up_samples", "warm-up"),
            Map.entry("p50_ms", "p50 ms"),
            Map.entry("p90_ms", "p90 ms"),
            Map.entry("p95_ms", "p95 ms"),
            Map.entry("p99_ms", "p99 ms"),
            Map.entry("mean_ms", "mean ms"),
            Map.entry("throughput_per_s", "images/s"),
            Map.entry("switch_ms", "switch ms"),
            Map.entry("load_ms", "load ms"),
            Map.entry("first_answer_ms", "first answer ms"),
            Map.entry("resident_mb", "resident MB"),
            Map.entry("disk_mb", "disk MB"),
            Map.entry("accuracy", "accuracy"));

    /**
     * The whole page.
     *
     * @throws ham.merge.InputException when a figure is not a number
     */
    public String html() {
        BenchResults results = BenchResults.of(bench);
        BenchCharts charts = new BenchCharts(results);
        Page page = new Page(
                "Ways to serve the tasks",
                results.strategies().size() + " ways to serve the same weights, measured "
                        + results.all().size() + " times by turns. Times are milliseconds, MB are 10^6 bytes.");
        page.lead(summary());
        page.section(
                "Latency distribution",
                "Share of requests that were answered within a time, with the most tasks that were measured.",
                charts.distributions());
        page.section(
                "Latency",
                "Median over the number of tasks, with its confidence interval where one was computed.",
                charts.latency());
        page.section("Memory and disk", "Memory of a process that serves in one way alone.", charts.sizes());
        page.section(
                "Accuracy against size",
                "Best at the top left. A way that is told the task has an easier question.",
                charts.accuracy());
        page.section("All figures", "In brackets: confidence intervals. A dash: not measured.", tables());
        page.section("Skipped", "What was planned and not measured.", skipped());
        page.section("How it was measured", "", environment());
        return page.html();
    }

    /** The comparison in words, and what must be known to read its figures. */
    String summary() {
        BenchResults results = BenchResults.of(bench);
        List<String> unstable = new ArrayList<>();
        for (String strategy : results.strategies()) {
            List<String> where = results.all().stream()
                    .filter(each -> each.unstable() && each.strategy().equals(strategy))
                    .map(each -> each.load() + " with " + each.tasks() + " tasks")
                    .toList();
            if (!where.isEmpty()) {
                unstable.add(strategy + " did not become stable, so its figures are rough, under "
                        + String.join("; ", where) + ".");
            }
        }
        return Html.list(new BenchSummary(results, skippedRows().size()).sentences()) + Html.warnings(unstable);
    }

    /** A table a load, of the columns that were measured. */
    String tables() {
        BenchResults results = BenchResults.of(bench);
        StringBuilder html = new StringBuilder();
        for (String load : results.loads()) {
            List<BenchResult> under = results.under(load);
            List<Map.Entry<String, String>> columns = FIGURES.stream()
                    .filter(column -> under.stream().anyMatch(each -> Double.isFinite(each.figure(column.getKey()))))
                    .toList();
            boolean judged =
                    under.stream().anyMatch(each -> each.json().path("stable").isBoolean());
            List<String> headings = new ArrayList<>(List.of("strategy", "tasks"));
            columns.forEach(column -> headings.add(column.getValue()));
            if (judged) {
                headings.add("stable");
            }
            List<List<String>> rows = new ArrayList<>();
            for (BenchResult each : under) {
                List<String> row = new ArrayList<>(
                        List.of(each.strategy(), Values.text(each.json().path("tasks"))));
                columns.forEach(column -> row.add(cell(each, column.getKey())));
                if (judged) {
                    JsonNode stable = each.json().path("stable");
                    row.add(stable.isBoolean() ? stable.asBoolean() ? "yes" : "no" : "-");
                }
                rows.add(row);
            }
            html.append(Html.table(load, headings, rows));
        }
        return html.toString();
    }

    private static String cell(BenchResult result, String key) {
        return switch (key) {
            case "samples", "warm_up_samples" -> Values.text(result.json().path(key));
            case "accuracy" -> Values.text(result.figure(key), Unit.FRACTION);
            default -> result.text(key);
        };
    }

    private String skipped() {
        List<List<String>> rows = skippedRows();
        return rows.isEmpty()
                ? ""
                : Html.table("Candidates", List.of("strategy", "tasks", "memory MB", "disk MB", "reason"), rows);
    }

    private List<List<String>> skippedRows() {
        return StreamSupport.stream(Values.array(bench, "plan").spliterator(), false)
                .filter(each -> !each.path("skipped").asText("").isEmpty())
                .map(each -> List.of(
                        Values.text(each.path("strategy")),
                        Values.text(each.path("tasks")),
                        Values.text(each.path("need_mb")),
                        Values.text(each.path("disk_mb")),
                        each.path("skipped").asText()))
                .toList();
    }

    private String environment() {
        Map<String, String> facts = Values.facts(bench.path("environment"));
        for (String key : List.of("session_threads", "shared_threads", "seed")) {
            if (!bench.path(key).isMissingNode()) {
                facts.put(key.replace('_', ' '), Values.text(bench.path(key)));
            }
        }
        return (facts.isEmpty() ? "" : Html.facts("Environment", facts))
                + (bench.path("scenarios").isEmpty()
                        ? ""
                        : Html.facts("Scenarios", Values.facts(bench.path("scenarios"))));
    }
}
