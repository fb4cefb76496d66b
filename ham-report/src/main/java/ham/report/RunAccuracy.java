package ham.report;

import ham.report.chart.Axis;
import ham.report.chart.HeatMap;
import ham.report.chart.LineChart;
import ham.report.chart.Series;
import ham.report.chart.Unit;
import ham.report.page.Html;
import ham.report.record.EvaluationDocument;
import ham.report.record.MetricsDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a run says of accuracy.
 *
 * @param metrics {@code metrics.json}
 * @param evaluation the exported model's accuracy by task, also for the numbers of test images where the metrics do not say them
 * @param kind what the run learnt from, in the plural
 */
record RunAccuracy(MetricsDocument metrics, EvaluationDocument evaluation, String kind) {
    /** More lines than this are spread over a chart a head. */
    private static final int MOST_LINES = 7;

    private static final Map<String, Function<MetricsDocument.Variant, Double>> FIGURES = figureColumns();

    private static Map<String, Function<MetricsDocument.Variant, Double>> figureColumns() {
        Map<String, Function<MetricsDocument.Variant, Double>> columns = new LinkedHashMap<>();
        columns.put("last", MetricsDocument.Variant::last);
        columns.put("average incremental", MetricsDocument.Variant::averageIncremental);
        columns.put("forgetting", MetricsDocument.Variant::forgetting);
        columns.put("backward transfer", MetricsDocument.Variant::backwardTransfer);
        return columns;
    }

    /** Whether tasks can be weighed by their numbers of test images. */
    boolean weighed() {
        return metrics.variants().values().stream()
                .allMatch(figures -> IntStream.range(0, figures.matrix().size())
                        .allMatch(after -> images(figures, after).isPresent()));
    }

    /** Whether classes came one task after the other; where they came at once, only the last accuracy means something. */
    boolean overTime() {
        return Values.matrix(metrics.matrix()).size() != 1;
    }

    /** Whether there is a variant with an easier question than the others. */
    boolean toldTheTask() {
        return metrics.variants().keySet().stream().anyMatch(each -> each.startsWith("oracle/"));
    }

    /** Test images by task behind a row of R; empty where nothing says them. */
    private Optional<List<Double>> images(MetricsDocument.Variant figures, int after) {
        int tasks = figures.matrix().get(after).size();
        List<List<Double>> measured = Values.matrix(figures.images());
        List<Double> exported = evaluation.tasks().stream()
                .map(each -> Values.number(each.images()))
                .toList();
        return Stream.of(after < measured.size() ? measured.get(after) : List.<Double>of(), exported)
                .filter(images ->
                        images.size() >= tasks && images.stream().limit(tasks).allMatch(each -> each > 0))
                .findFirst();
    }

    /** {@code METHOD/HEAD} in words. */
    static String name(String variant) {
        return variant.replaceFirst("/", ", ");
    }

    /** Lines of accuracy over all classes seen so far, by variant. */
    String overTasks() {
        Map<String, List<Series>> charts = new LinkedHashMap<>();
        boolean split = metrics.variants().size() > MOST_LINES;
        metrics.variants().forEach((name, figures) -> {
            String head = name.substring(name.indexOf('/') + 1);
            List<Double> values = IntStream.range(0, figures.matrix().size())
                    .mapToObj(after -> overall(figures, after))
                    .toList();
            charts.computeIfAbsent(split ? ", " + head + " head" : "", each -> new ArrayList<>())
                    .add(Series.counted(
                            split && name.contains("/") ? name.substring(0, name.indexOf('/')) : name(name), values));
        });
        StringBuilder html = new StringBuilder();
        charts.forEach((suffix, series) -> {
            if (series.stream().anyMatch(each -> !each.y().isEmpty())) {
                html.append(Html.figure(new LineChart(
                                "Accuracy after every task" + suffix,
                                Axis.count("after task"),
                                Axis.of("accuracy").in(Unit.FRACTION),
                                series)
                        .draw()));
            }
        });
        return html.toString();
    }

    /** A row of R as one accuracy. */
    private double overall(MetricsDocument.Variant figures, int after) {
        List<Double> row = Values.numbers(figures.matrix().get(after));
        List<Double> images = images(figures, after).orElseGet(() -> Collections.nCopies(row.size(), 1.0));
        double correct = 0;
        double all = 0;
        for (int task = 0; task < row.size(); task++) {
            double weight = images.get(task);
            correct += row.get(task) * weight;
            all += weight;
        }
        return correct / all;
    }

    /** The figures of every variant. */
    String figures() {
        Map<String, Function<MetricsDocument.Variant, Double>> shown =
                overTime() ? FIGURES : Map.of("last", MetricsDocument.Variant::last);
        List<List<String>> rows = new ArrayList<>();
        metrics.variants().forEach((name, figures) -> {
            List<String> row = new ArrayList<>(List.of(name(name)));
            shown.values().forEach(figure -> row.add(Values.text(Values.number(figure.apply(figures)), Unit.FRACTION)));
            rows.add(row);
        });
        List<String> headings = new ArrayList<>(List.of("variant"));
        headings.addAll(shown.keySet());
        return rows.isEmpty() ? "" : Html.table("All variants", headings, rows);
    }

    /** R of the run's own method and head. */
    String heatMap() {
        List<List<Double>> rows = Values.matrix(metrics.matrix());
        if (rows.isEmpty()) {
            return "";
        }
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        return Html.figure(HeatMap.of(
                        "R: accuracy in %",
                        Unit.FRACTION,
                        "after task",
                        HeatMap.numbers(rows.size()),
                        "on task",
                        HeatMap.numbers(columns),
                        rows)
                .draw());
    }

    /** The exported model on every task. */
    String tasks() {
        List<List<String>> rows = new ArrayList<>();
        for (EvaluationDocument.Task task : evaluation.tasks()) {
            rows.add(List.of(
                    String.valueOf(rows.size() + 1),
                    Values.text(task.classes()),
                    Values.text(task.images()),
                    Values.text(Values.number(task.accuracy()), Unit.FRACTION)));
        }
        return rows.isEmpty() ? "" : Html.table("Tasks", List.of("task", "classes", "test " + kind, "accuracy"), rows);
    }
}
