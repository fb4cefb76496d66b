package ham.report;

import ham.merge.InputException;
import ham.report.chart.Axis;
import ham.report.chart.BarChart;
import ham.report.chart.Drawing;
import ham.report.chart.HeatMap;
import ham.report.chart.LineChart;
import ham.report.chart.Series;
import ham.report.chart.StripChart;
import ham.report.chart.Unit;
import ham.report.record.ChartDocument;
import ham.report.record.SeriesDocument;
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
    static Drawing draw(ChartDocument chart) {
        String title = chart.title();
        Unit unit = Unit.of(chart.unit());
        Axis y = Axis.of(chart.yLabel()).in(unit);
        Axis x = Axis.of(chart.xLabel());
        String kind = chart.kind();
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
                                    Values.texts(chart.rows()),
                                    x.label(),
                                    Values.texts(chart.columns()),
                                    Values.matrix(chart.values()))
                            .draw();
                case "strip" ->
                    new StripChart(
                                    title,
                                    Axis.count(x.label()),
                                    y.label().isEmpty() ? "group" : y.label(),
                                    series(chart))
                            .draw();
                default ->
                    throw new InputException(
                            "chart " + title + ": expected the kind line, bar, heat or strip, found \"" + kind + "\"");
            };
        } catch (IllegalArgumentException e) {
            throw new InputException("chart " + title + ": " + e.getMessage(), e);
        }
    }

    private static List<Series> series(ChartDocument chart) {
        List<Series> series = new ArrayList<>();
        for (SeriesDocument each : chart.series()) {
            series.add(new Series(
                    each.name(),
                    positions(each.x()),
                    Values.numbers(each.y()),
                    Values.numbers(each.low()),
                    Values.numbers(each.high())));
        }
        return series;
    }

    private static List<Double> positions(List<?> x) {
        return x.stream()
                .map(each -> {
                    if (each instanceof Number number) {
                        return number.doubleValue();
                    }
                    throw new IllegalArgumentException("expected a number as x, found " + each);
                })
                .toList();
    }

    private static boolean whole(List<Series> series) {
        return series.stream().flatMap(each -> each.x().stream()).allMatch(x -> x == Math.rint(x));
    }

    /** Categories are the x of all series, in the order in which they first appear; a series may lack some. */
    private static Drawing bars(ChartDocument chart, String title, Axis axis) {
        Set<String> categories = new LinkedHashSet<>();
        for (SeriesDocument each : chart.series()) {
            categories.addAll(Values.texts(each.x()));
        }
        List<Series> series = new ArrayList<>();
        for (SeriesDocument each : chart.series()) {
            List<String> names = Values.texts(each.x());
            String name = each.name();
            List<Double> low = Values.numbers(each.low());
            List<Double> high = Values.numbers(each.high());
            List<Double> y = byName(name, names, Values.numbers(each.y()), categories);
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
