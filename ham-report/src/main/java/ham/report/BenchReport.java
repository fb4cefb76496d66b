package ham.report;

import ham.report.bench.BenchDocument;
import ham.report.bench.BenchFigure;
import ham.report.chart.Unit;
import ham.report.page.Html;
import ham.report.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The page of a serving comparison.
 *
 * @param bench what was measured; figures that are null are not shown
 */
public record BenchReport(BenchDocument bench) {
    /**
     * The whole page.
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
            List<BenchFigure> columns = Stream.of(BenchFigure.values())
                    .filter(column -> under.stream().anyMatch(each -> Double.isFinite(each.figure(column))))
                    .toList();
            boolean judged = under.stream().anyMatch(each -> each.row().stable() != null);
            List<String> headings = new ArrayList<>(List.of("strategy", "tasks"));
            columns.forEach(column -> headings.add(column.heading()));
            if (judged) {
                headings.add("stable");
            }
            List<List<String>> rows = new ArrayList<>();
            for (BenchResult each : under) {
                List<String> row =
                        new ArrayList<>(List.of(each.strategy(), text(each.row().tasks())));
                columns.forEach(column -> row.add(cell(each, column)));
                if (judged) {
                    Boolean stable = each.row().stable();
                    row.add(stable == null ? "-" : stable ? "yes" : "no");
                }
                rows.add(row);
            }
            html.append(Html.table(load, headings, rows));
        }
        return html.toString();
    }

    private static String cell(BenchResult result, BenchFigure figure) {
        return switch (figure) {
            case SAMPLES -> text(result.row().samples());
            case WARM_UP -> text(result.row().warmUpSamples());
            case ACCURACY -> Values.text(result.figure(figure), Unit.FRACTION);
            default -> result.text(figure);
        };
    }

    private static String text(Object value) {
        return Values.text(value);
    }

    private String skipped() {
        List<List<String>> rows = skippedRows();
        return rows.isEmpty()
                ? ""
                : Html.table("Candidates", List.of("strategy", "tasks", "memory MB", "disk MB", "reason"), rows);
    }

    private List<List<String>> skippedRows() {
        return bench.plan().stream()
                .filter(each -> each.skipped() != null && !each.skipped().isEmpty())
                .map(each -> List.of(
                        text(each.strategy()),
                        text(each.tasks()),
                        text(each.needMb()),
                        text(each.diskMb()),
                        each.skipped()))
                .toList();
    }

    private String environment() {
        Map<String, String> facts = Values.facts(bench.environment());
        fact(facts, "session threads", bench.sessionThreads());
        fact(facts, "shared threads", bench.sharedThreads());
        fact(facts, "seed", bench.seed());
        return (facts.isEmpty() ? "" : Html.facts("Environment", facts))
                + (bench.scenarios().isEmpty() ? "" : Html.facts("Scenarios", Values.facts(bench.scenarios())));
    }

    private static void fact(Map<String, String> facts, String name, Object value) {
        if (value != null) {
            facts.put(name, text(value));
        }
    }
}
