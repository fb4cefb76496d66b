package ham.report;

import ham.report.bench.BenchFigure;
import ham.report.chart.Axis;
import ham.report.chart.BarChart;
import ham.report.chart.LineChart;
import ham.report.chart.Point;
import ham.report.chart.ScatterChart;
import ham.report.chart.Series;
import ham.report.chart.Unit;
import ham.report.page.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.DoubleStream;

/**
 * The charts of a serving comparison; each way to serve has the same colour in all of them. What was not measured gives no chart.
 *
 * @param results what was measured
 */
record BenchCharts(BenchResults results) {
    /** Values that differ more than this many times are shown by their logarithm. */
    private static final double WIDE = 20;

    private static final Unit MILLISECONDS = Unit.of("ms");
    private static final Unit MEGABYTES = Unit.of("MB");

    /** Share of requests that were answered within a time, for each load at its most tasks. */
    String distributions() {
        StringBuilder html = new StringBuilder();
        for (String load : results.loads()) {
            int tasks = last(results.tasks(load));
            List<Series> series = new ArrayList<>();
            for (String strategy : results.strategies()) {
                List<Double> times = results.find(load, strategy, tasks)
                        .map(each -> each.row().distributionMs())
                        .orElse(List.of());
                List<Double> shares = new ArrayList<>();
                for (int i = 0; i < times.size(); i++) {
                    shares.add(times.size() == 1 ? 1.0 : (double) i / (times.size() - 1));
                }
                series.add(Series.of(strategy, times, shares));
            }
            if (series.stream().anyMatch(each -> !each.y().isEmpty())) {
                Axis time = new Axis("latency", MILLISECONDS, Axis.Form.LOGARITHMIC);
                Axis share = Axis.of("requests answered within").in(Unit.FRACTION);
                html.append(Html.figure(new LineChart(title("Latency", load, tasks), time, share, series).draw()));
            }
        }
        return html.toString();
    }

    /** Median over the number of tasks for each load; percentiles side by side where there is one number only. */
    String latency() {
        StringBuilder html = new StringBuilder();
        for (String load : results.loads()) {
            List<Integer> tasks = results.tasks(load);
            if (tasks.size() > 1) {
                List<Series> series = new ArrayList<>();
                for (String strategy : results.strategies()) {
                    List<BenchResult> found = tasks.stream()
                            .flatMap(each -> results.find(load, strategy, each).stream())
                            .toList();
                    series.add(new Series(
                            strategy,
                            found.stream().map(each -> (double) each.tasks()).toList(),
                            found.stream()
                                    .map(each -> each.figure(BenchFigure.P50))
                                    .toList(),
                            found.stream()
                                    .map(each -> each.interval(BenchFigure.P50, 0))
                                    .toList(),
                            found.stream()
                                    .map(each -> each.interval(BenchFigure.P50, 1))
                                    .toList()));
                }
                html.append(lines("Median latency, " + load, "latency", MILLISECONDS, series));
            } else {
                html.append(percentiles(load, tasks.get(0)));
            }
        }
        return html.toString();
    }

    private String percentiles(String load, int tasks) {
        List<String> strategies = results.strategies().stream()
                .filter(each -> results.find(load, each, tasks).isPresent())
                .toList();
        List<Series> series = new ArrayList<>();
        for (BenchFigure key : List.of(BenchFigure.P50, BenchFigure.P90, BenchFigure.P99)) {
            ToDoubleBiFunction<BenchResult, Integer> end = (result, at) -> result.interval(key, at);
            List<BenchResult> found = strategies.stream()
                    .map(each -> results.find(load, each, tasks).orElseThrow())
                    .toList();
            List<Double> values = found.stream().map(each -> each.figure(key)).toList();
            series.add(new Series(
                    key.key().replace("_ms", ""),
                    values,
                    values,
                    found.stream().map(each -> end.applyAsDouble(each, 0)).toList(),
                    found.stream().map(each -> end.applyAsDouble(each, 1)).toList()));
        }
        return measured(series)
                ? Html.figure(new BarChart(
                                title("Latency", load, tasks),
                                Axis.of("latency").in(MILLISECONDS),
                                strategies,
                                series)
                        .draw())
                : "";
    }

    /** Memory and disk over the number of tasks; bars where there is one number only. */
    String sizes() {
        return size("Resident memory", BenchFigure.RESIDENT) + size("Bytes on disk", BenchFigure.DISK);
    }

    private String size(String title, BenchFigure key) {
        List<Integer> tasks = List.copyOf(
                new TreeSet<>(results.all().stream().map(BenchResult::tasks).toList()));
        if (tasks.isEmpty()) {
            return "";
        }
        if (tasks.size() > 1) {
            List<Double> x = tasks.stream().map(each -> (double) each).toList();
            List<Series> series = new ArrayList<>();
            for (String strategy : results.strategies()) {
                List<Double> y = tasks.stream()
                        .map(each -> results.figure(strategy, each, key))
                        .toList();
                List<Integer> held = new ArrayList<>();
                for (int i = 0; i < y.size(); i++) {
                    if (Double.isFinite(y.get(i))) {
                        held.add(i);
                    }
                }
                series.add(Series.of(
                        strategy,
                        held.stream().map(x::get).toList(),
                        held.stream().map(y::get).toList()));
            }
            return lines(title, "size", MEGABYTES, series);
        }
        List<Double> values = results.strategies().stream()
                .map(each -> results.figure(each, tasks.get(0), key))
                .toList();
        Series series = Series.of("size", values, values);
        return measured(List.of(series))
                ? Html.figure(new BarChart(title, Axis.of("size").in(MEGABYTES), results.strategies(), List.of(series))
                        .draw())
                : "";
    }

    private static String lines(String title, String label, Unit unit, List<Series> series) {
        if (!measured(series)) {
            return "";
        }
        double[] values = series.stream()
                .flatMapToDouble(Series::values)
                .filter(Double::isFinite)
                .toArray();
        double least = DoubleStream.of(values).min().orElse(0);
        boolean wide = least > 0 && DoubleStream.of(values).max().orElse(0) > WIDE * least;
        Axis y = new Axis(label, unit, wide ? Axis.Form.LOGARITHMIC : Axis.Form.FROM_ZERO);
        return Html.figure(new LineChart(title, Axis.count("tasks"), y, series).draw());
    }

    /** Accuracy against bytes on disk, for each number of tasks. */
    String accuracy() {
        StringBuilder html = new StringBuilder();
        TreeSet<Integer> numbers =
                new TreeSet<>(results.all().stream().map(BenchResult::tasks).toList());
        for (int tasks : numbers.descendingSet()) {
            List<Point> points = results.strategies().stream()
                    .map(each -> new Point(
                            each,
                            results.figure(each, tasks, BenchFigure.DISK),
                            results.figure(each, tasks, BenchFigure.ACCURACY)))
                    .toList();
            boolean measured = points.stream()
                    .anyMatch(point -> Double.isFinite(point.y()) && Double.isFinite(point.x()) && point.x() > 0);
            if (measured && html.isEmpty()) {
                Axis size = new Axis("size on disk", MEGABYTES, Axis.Form.LOGARITHMIC);
                Axis accuracy = Axis.of("accuracy").in(Unit.FRACTION);
                html.append(Html.figure(
                        new ScatterChart("Accuracy against size, tasks: " + tasks, size, accuracy, points).draw()));
            }
        }
        return html.toString();
    }

    private static boolean measured(List<Series> series) {
        return series.stream().flatMapToDouble(Series::values).anyMatch(Double::isFinite);
    }

    private static String title(String what, String load, int tasks) {
        return what + ", " + load + (tasks > 0 ? ", tasks: " + tasks : "");
    }

    private static int last(List<Integer> numbers) {
        return numbers.get(numbers.size() - 1);
    }
}
