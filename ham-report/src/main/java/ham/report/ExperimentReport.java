package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.report.page.Html;
import ham.report.page.Page;
import java.util.ArrayList;
import java.util.List;

/**
 * The page of an experiment, from one record that holds all that is shown ({@code docs/reports.md}, Experiment).
 *
 * @param record {@code title}, {@code description}, {@code command}, {@code environment}, {@code table}, {@code charts}, {@code notes}; all but
 *     the title may be absent
 */
public record ExperimentReport(JsonNode record) {
    /**
     * The whole page.
     *
     * @throws InputException when a chart or the table does not fit together
     */
    public String html() {
        Page page = new Page(
                record.path("title").asText(), record.path("description").asText());
        page.lead(Html.list(Values.texts(record, "notes")));
        page.section("Results", "", table());
        StringBuilder charts = new StringBuilder();
        for (JsonNode chart : Values.array(record, "charts")) {
            charts.append(Html.figure(ExperimentChart.draw(chart)));
        }
        page.section("Charts", "", charts.toString());
        page.section(
                "How it was made",
                "",
                record.path("command").isMissingNode() ? "" : Html.command(commandLine(record.path("command"))),
                record.path("environment").isEmpty()
                        ? ""
                        : Html.facts("Environment", Values.facts(record.path("environment"))));
        return page.html();
    }

    /**
     * A chart as an SVG file of its own.
     *
     * @param chart an entry of the record's charts
     * @throws InputException when its kind is unknown or its numbers do not fit together
     */
    public static String svg(JsonNode chart) {
        return ExperimentChart.draw(chart).file();
    }

    /** A command as one text, or as its words. */
    static String commandLine(JsonNode command) {
        List<String> words = new ArrayList<>();
        command.forEach(each -> words.add(each.asText()));
        return command.isArray() ? String.join(" ", words) : command.asText();
    }

    private String table() {
        JsonNode table = record.path("table");
        List<String> columns = Values.texts(table, "columns");
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode row : Values.array(table, "rows")) {
            List<String> cells = new ArrayList<>();
            row.forEach(cell -> cells.add(Values.text(cell)));
            if (cells.size() != columns.size()) {
                throw new InputException("table of " + record.path("title").asText() + ": expected " + columns.size()
                        + " cells in row " + (rows.size() + 1) + ", found " + cells.size());
            }
            rows.add(cells);
        }
        return rows.isEmpty() ? "" : Html.table("Results", columns, rows);
    }
}
