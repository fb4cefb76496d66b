package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.report.chart.Axis;
import ham.report.chart.BarChart;
import ham.report.chart.Drawing;
import ham.report.chart.HeatMap;
import ham.report.chart.LineChart;
import ham.report.chart.Series;
import ham.report.chart.StripChart;
import ham.report.chart.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A chart described in JSON ({@code docs/reports.md}), drawn. */
final class ExperimentChart {
    private ExperimentChart() {}

    /** @throws InputException when the kind is unknown or the numbers do not fit together */
    static Drawing draw(JsonNode chart) {
        String title = chart.path("title").asText();
        Unit unit = Unit.of(chart.path("unit").asText());
        Axis y = Axis.of(chart.path("y_label").asText()).in(unit);
        Axis x = Axis.of(chart.path("x_label").asText());
        String kind = chart.path("kind").asText();
        try {
            return switch (kind) {
                case "line" -> {
                    List<Series> series = series(chart);
                    yield new LineChart(title, whole(series) ? Axis.count(x.label()) : x, y, series).draw();
                }
                case "bar" -> bars(chart, title, y);
                case "heat" ->
                    HeatMap.of(
                                    title,
                                    unit,
                                    y.label(),
                                    Values.texts(chart, "rows"),
                                    x.label(),
                                    Values.texts(chart, "columns"),
                                    Values.matrix(chart, "values"))
                            .draw();
                case "strip" ->
                    new StripChart(
                                    title,
                                    Axis.count(x.label()),
                                    y.label().isEmpty() ? "group" : y.label(),
                                    series(chart))
                            .draw();
                default ->
                    throw new InputException("chart " + title + ": expected the kind line, bar, heat or strip, found "
                            + chart.path("kind"));
            };
        } catch (IllegalArgumentException e) {
            throw new InputException("chart " + title + ": " + e.getMessage(), e);
        }
    }

    private static List<Series> series(JsonNode chart) {
        List<Series> series = new ArrayList<>();
        for (JsonNode each : Values.array(chart, "series")) {
            series.add(new Series(
                    each.path("name").asText(),
                    Values.numbers(each, "x"),
                    Values.numbers(each, "y"),
                    Values.numbers(each, "low"),
                    Values.numbers(each, "high")));
        }
        return series;
    }

    private static boolean whole(List<Series> series) {
        return series.stream().flatMap(each -> each.x().stream()).allMatch(x -> x == Math.rint(x));
    }

    /** Categories are the x of all series, in the order in which they first appear; a series may lack some. */
    private static Drawing bars(JsonNode chart, String title, Axis axis) {
        Set<String> categories = new LinkedHashSet<>();
        for (JsonNode each : Values.array(chart, "series")) {
            categories.addAll(Values.texts(each, "x"));
        }
        List<Series> series = new ArrayList<>();
        for (JsonNode each : Values.array(chart, "series")) {
            List<String> names = Values.texts(each, "x");
            String name = each.path("name").asText();
            List<Double> low = Values.numbers(each, "low");
            List<Double> high = Values.numbers(each, "high");
            List<Double> y = byName(name, names, Values.numbers(each, "y"), categories);
            series.add(new Series(
                    name,
                    y,
                    y,
                    low.isEmpty() ? low : byName(name, names, low, categories),
                    high.isEmpty() ? high : byName(name, names, high, categories)));
        }
        return new BarChart(title, axis, List.copyOf(categories), series).draw();
    }

    private static List<Double> byName(String series, List<String> names, List<Double> values, Set<String> categories) {
        if (names.size() != values.size()) {
            throw new IllegalArgumentException("series " + series + ": expected as many x as values, found "
                    + names.size() + " and " + values.size());
        }
        Map<String, Double> found = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            if (found.put(names.get(i), values.get(i)) != null) {
                throw new IllegalArgumentException("series " + series + ": found " + names.get(i) + " twice");
            }
        }
        return categories.stream()
                .map(each -> found.getOrDefault(each, Double.NaN))
                .toList();
    }
}
