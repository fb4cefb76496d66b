package ham.report;

import ham.merge.InputException;
import ham.report.page.Html;
import ham.report.page.Page;
import ham.report.record.ChartDocument;
import ham.report.record.ExperimentDocument;
import ham.report.record.TableDocument;
import java.util.ArrayList;
import java.util.List;

/**
 * The page of an experiment, from one record that holds all that is shown ({@code docs/reports.md}, Experiment).
 *
 * @param record {@code title}, {@code description}, {@code command}, {@code environment}, {@code table}, {@code charts}, {@code notes}; all but
 *     the title may be absent
 */
public record ExperimentReport(ExperimentDocument record) {
    /**
     * The whole page.
     *
     * @throws InputException when a chart or the table does not fit together
     */
    public String html() {
        Page page = new Page(record.title(), record.description());
        page.lead(Html.list(record.notes()));
        page.section("Results", "", table(record.table(), "Results"));
        page.section(
                "Two and two on the same test images",
                "Difference of accuracy with a 95 % interval of the paired bootstrap over images; images of the first run that only"
                        + " one of both has right, with the probability of so uneven a split by chance (McNemar's exact test).",
                table(record.paired(), "Two and two"));
        StringBuilder charts = new StringBuilder();
        for (ChartDocument chart : record.charts()) {
            charts.append(Html.figure(ExperimentChart.draw(chart)));
        }
        page.section("Charts", "", charts.toString());
        page.section(
                "How it was made",
                "",
                record.command().isEmpty() ? "" : Html.command(String.join(" ", record.command())),
                record.environment().isEmpty() ? "" : Html.facts("Environment", Values.facts(record.environment())));
        return page.html();
    }

    /**
     * A chart as an SVG file of its own.
     *
     * @param chart an entry of the record's charts
     * @throws InputException when its kind is unknown or its numbers do not fit together
     */
    public static String svg(ChartDocument chart) {
        return ExperimentChart.draw(chart).file();
    }

    private String table(TableDocument table, String name) {
        List<String> columns = table.columns();
        List<List<String>> rows = new ArrayList<>();
        for (List<?> row : table.rows()) {
            List<String> cells = Values.texts(row);
            if (cells.size() != columns.size()) {
                throw new InputException("table of " + record.title() + ": expected " + columns.size()
                        + " cells in row " + (rows.size() + 1) + ", found " + cells.size());
            }
            rows.add(cells);
        }
        return rows.isEmpty() ? "" : Html.table(name, columns, rows);
    }
}
