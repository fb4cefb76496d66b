package ham.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import ham.cli.report.chart.Axis;
import ham.cli.report.chart.LineChart;
import ham.cli.report.chart.Series;
import ham.cli.report.chart.Unit;
import ham.cli.report.page.Html;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What every task took: whatever {@code tasks} of {@code metrics.json} holds, as a table; figures whose key tells their unit as charts, a chart
 * a unit.
 *
 * @param metrics {@code metrics.json}
 */
record RunCosts(JsonNode metrics) {
    /** Rows are too wide for a table beyond this. */
    private static final int LONGEST = 60;

    /** Figures by name, the parts of an inner object as {@code outer inner}; only single values. */
    private static Map<String, JsonNode> flat(JsonNode task) {
        Map<String, JsonNode> figures = new LinkedHashMap<>();
        task.properties().forEach(each -> {
            if (each.getValue().isObject()) {
                flat(each.getValue()).forEach((name, value) -> figures.put(each.getKey() + " " + name, value));
            } else if (each.getValue().isValueNode() && each.getValue().asText().length() <= LONGEST) {
                figures.put(each.getKey(), each.getValue());
            }
        });
        figures.remove("task");
        return figures;
    }

    private List<Map<String, JsonNode>> rows() {
        List<Map<String, JsonNode>> rows = new ArrayList<>();
        Values.array(metrics, "tasks").forEach(task -> rows.add(flat(task)));
        return rows;
    }

    private static Set<String> names(List<Map<String, JsonNode>> rows) {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> names.addAll(row.keySet()));
        return names;
    }

    /** The unit that a key ends with. */
    private static Optional<Unit> unit(String key) {
        if (key.endsWith("per_s") || key.endsWith("per_second")) {
            return Optional.of(Unit.of("1/s"));
        }
        if (key.endsWith("_ms")) {
            return Optional.of(Unit.of("ms"));
        }
        if (key.endsWith("_mb")) {
            return Optional.of(Unit.of("MB"));
        }
        return key.endsWith("_s") || key.endsWith("seconds") || key.startsWith("seconds ")
                ? Optional.of(Unit.of("s"))
                : Optional.empty();
    }

    /** A chart for each unit. */
    String charts() {
        List<Map<String, JsonNode>> rows = rows();
        Map<Unit, List<Series>> charts = new LinkedHashMap<>();
        for (String name : names(rows)) {
            List<Double> values = rows.stream()
                    .map(row -> row.containsKey(name) && row.get(name).isNumber()
                            ? row.get(name).asDouble()
                            : Double.NaN)
                    .toList();
            if (values.stream().anyMatch(Double::isFinite)) {
                unit(name).ifPresent(unit -> charts.computeIfAbsent(unit, each -> new ArrayList<>())
                        .add(Series.counted(name.replace('_', ' '), values)));
            }
        }
        StringBuilder html = new StringBuilder();
        charts.forEach((unit, series) -> {
            String title = series.size() == 1 ? series.get(0).name() : "Costs in " + unit.suffix();
            Axis y = Axis.of(series.size() == 1 ? series.get(0).name() : "a task")
                    .in(unit)
                    .as(Axis.Form.FROM_ZERO);
            html.append(Html.figure(new LineChart(title, Axis.count("task"), y, series).draw()));
        });
        return html.toString();
    }

    /** All figures, a row a task. */
    String table() {
        List<Map<String, JsonNode>> rows = rows();
        Set<String> names = names(rows);
        List<String> headings = new ArrayList<>(List.of("task"));
        names.forEach(name -> headings.add(name.replace('_', ' ')));
        List<List<String>> cells = IntStream.range(0, rows.size())
                .mapToObj(i -> {
                    List<String> row = new ArrayList<>(List.of(String.valueOf(i + 1)));
                    names.forEach(name -> row.add(
                            rows.get(i).containsKey(name)
                                    ? Values.text(rows.get(i).get(name))
                                    : "-"));
                    return row;
                })
                .toList();
        return names.isEmpty() ? "" : Html.table("Every task", headings, cells);
    }
}
