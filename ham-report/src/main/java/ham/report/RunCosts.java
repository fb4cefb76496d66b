package ham.report;

import ham.report.chart.Axis;
import ham.report.chart.LineChart;
import ham.report.chart.Series;
import ham.report.chart.Unit;
import ham.report.page.Html;
import ham.report.record.MetricsDocument;
import java.util.ArrayList;
import java.util.Collection;
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
record RunCosts(MetricsDocument metrics) {
    /** Rows are too wide for a table beyond this. */
    private static final int LONGEST = 60;

    /** Figures by name, the parts of an inner object as {@code outer inner}; only single values. */
    private static Map<String, Object> flat(Map<?, ?> task) {
        Map<String, Object> figures = new LinkedHashMap<>();
        task.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner) {
                flat(inner).forEach((name, figure) -> figures.put(key + " " + name, figure));
            } else if (!(value instanceof Collection) && String.valueOf(value).length() <= LONGEST) {
                figures.put(key.toString(), value);
            }
        });
        figures.remove("task");
        return figures;
    }

    private List<Map<String, Object>> rows() {
        return metrics.tasks().stream().map(RunCosts::flat).toList();
    }

    private static Set<String> names(List<Map<String, Object>> rows) {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> names.addAll(row.keySet()));
        return names;
    }

    /** What keys end with, and the unit that it tells; the longest first. */
    private static final Map<String, Unit> ENDINGS = endings();

    private static Map<String, Unit> endings() {
        Map<String, Unit> endings = new LinkedHashMap<>();
        endings.put("_per_second", Unit.of("1/s"));
        endings.put("_per_s", Unit.of("1/s"));
        endings.put("_seconds", Unit.of("s"));
        endings.put("_ms", Unit.of("ms"));
        endings.put("_mb", Unit.of("MB"));
        endings.put("_s", Unit.of("s"));
        return endings;
    }

    private static Optional<Map.Entry<String, Unit>> ending(String key) {
        return ENDINGS.entrySet().stream()
                .filter(each -> key.endsWith(each.getKey()))
                .findFirst();
    }

    private static String name(String key, String ending) {
        return key.substring(0, key.length() - ending.length()).replace('_', ' ');
    }

    /** A chart for each unit. */
    String charts() {
        List<Map<String, Object>> rows = rows();
        Map<Unit, List<Series>> charts = new LinkedHashMap<>();
        for (String name : names(rows)) {
            List<Double> values = rows.stream()
                    .map(row -> row.get(name) instanceof Number number ? number.doubleValue() : Double.NaN)
                    .toList();
            if (values.stream().anyMatch(Double::isFinite)) {
                ending(name).ifPresent(ending -> charts.computeIfAbsent(ending.getValue(), each -> new ArrayList<>())
                        .add(Series.counted(name(name, ending.getKey()), values)));
            }
        }
        StringBuilder html = new StringBuilder();
        charts.forEach((unit, series) -> {
            String label = series.size() == 1 ? series.get(0).name() : "a task";
            String title = (series.size() == 1 ? label : "Costs") + " in " + unit.suffix();
            Axis y = new Axis(label, unit, Axis.Form.FROM_ZERO);
            html.append(Html.figure(new LineChart(title, Axis.count("task"), y, series).draw()));
        });
        return html.toString();
    }

    /** All figures, a row a task. */
    String table() {
        List<Map<String, Object>> rows = rows();
        Set<String> names = names(rows);
        List<String> headings = new ArrayList<>(List.of("task"));
        names.forEach(name -> headings.add(name.replace('_', ' ')));
        List<List<String>> cells = IntStream.range(0, rows.size())
                .mapToObj(i -> {
                    List<String> row = new ArrayList<>(List.of(String.valueOf(i + 1)));
                    names.forEach(name -> row.add(Values.text(rows.get(i).get(name))));
                    return row;
                })
                .toList();
        return names.isEmpty() ? "" : Html.table("Every task", headings, cells);
    }
}
