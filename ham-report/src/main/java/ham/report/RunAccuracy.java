package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import ham.report.chart.Axis;
import ham.report.chart.HeatMap;
import ham.report.chart.LineChart;
import ham.report.chart.Series;
import ham.report.chart.Unit;
import ham.report.page.Html;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run says of accuracy.
 *
 * @param metrics {@code metrics.json}
 * @param evaluation the exported model's accuracy by task, for the numbers of test images
 */
record RunAccuracy(JsonNode metrics, JsonNode evaluation) {
    /** More lines than this are spread over a chart a head. */
    private static final int MOST_LINES = 7;

    private static final List<Map.Entry<String, String>> FIGURES = List.of(
            Map.entry("last", "last"),
            Map.entry("average_incremental", "average incremental"),
            Map.entry("forgetting", "forgetting"),
            Map.entry("backward_transfer", "backward transfer"));

    /** Whether tasks can be weighed by their numbers of test images. */
    boolean weighed() {
        int tasks = matrix(metrics).size();
        List<Double> images = images();
        return tasks > 0 && images.size() >= tasks && images.stream().allMatch(each -> each > 0);
    }

    /** Whether classes came one task after the other; where they came at once, only the last accuracy means something. */
    boolean overTime() {
        return matrix(metrics).size() != 1;
    }

    /** Whether there is a variant with an easier question than the others. */
    boolean toldTheTask() {
        return variants().keySet().stream().anyMatch(each -> each.startsWith("oracle/"));
    }

    private List<Double> images() {
        List<Double> images = new ArrayList<>();
        Values.array(evaluation, "tasks").forEach(each -> images.add(Values.number(each, "images")));
        return images;
    }

    private static List<List<Double>> matrix(JsonNode figures) {
        return Values.matrix(figures, "R");
    }

    private Map<String, JsonNode> variants() {
        Map<String, JsonNode> variants = new LinkedHashMap<>();
        metrics.path("variants").properties().forEach(each -> variants.put(each.getKey(), each.getValue()));
        return variants;
    }

    /** {@code METHOD/HEAD} in words. */
    static String name(String variant) {
        return variant.replaceFirst("/", ", ");
    }

    /** Lines of accuracy over all classes seen so far, by variant. */
    String overTasks() {
        Map<String, List<Series>> charts = new LinkedHashMap<>();
        boolean split = variants().size() > MOST_LINES;
        variants().forEach((name, figures) -> {
            String head = name.substring(name.indexOf('/') + 1);
            List<Double> values = matrix(figures).stream().map(this::overall).toList();
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
    private double overall(List<Double> row) {
        boolean weighed = weighed();
        List<Double> images = images();
        double correct = 0;
        double all = 0;
        for (int task = 0; task < row.size(); task++) {
            double weight = weighed && task < images.size() ? images.get(task) : 1;
            correct += row.get(task) * weight;
            all += weight;
        }
        return correct / all;
    }

    /** The figures of every variant. */
    String figures() {
        List<Map.Entry<String, String>> shown = FIGURES.subList(0, overTime() ? FIGURES.size() : 1);
        List<List<String>> rows = new ArrayList<>();
        variants().forEach((name, figures) -> {
            List<String> row = new ArrayList<>(List.of(name(name)));
            shown.forEach(figure -> row.add(Values.text(Values.number(figures, figure.getKey()), Unit.FRACTION)));
            rows.add(row);
        });
        List<String> headings = new ArrayList<>(List.of("variant"));
        shown.forEach(figure -> headings.add(figure.getValue()));
        return rows.isEmpty() ? "" : Html.table("All variants", headings, rows);
    }

    /** R of the run's own method and head. */
    String heatMap() {
        List<List<Double>> rows = matrix(metrics);
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
        for (JsonNode task : Values.array(evaluation, "tasks")) {
            rows.add(List.of(
                    String.valueOf(rows.size() + 1),
                    Values.text(task.path("classes")),
                    Values.text(task.path("images")),
                    Values.text(Values.number(task, "accuracy"), Unit.FRACTION)));
        }
        return rows.isEmpty() ? "" : Html.table("Tasks", List.of("task", "classes", "test images", "accuracy"), rows);
    }
}
