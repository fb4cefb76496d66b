package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import ham.report.chart.Axis;
import ham.report.chart.LineChart;
import ham.report.chart.Series;
import ham.report.chart.StripChart;
import ham.report.chart.Unit;
import ham.report.page.Html;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the adapters of a run went; all is empty for a method without groups.
 *
 * @param merge {@code merge.json}
 */
record RunGroups(JsonNode merge) {
    private JsonNode steps() {
        return Values.array(merge, "steps");
    }

    /** Group membership over tasks. */
    String membership() {
        List<Double> groups = new ArrayList<>();
        steps().forEach(step -> groups.add(Values.number(step, "group")));
        return groups.stream().noneMatch(Double::isFinite)
                ? ""
                : Html.figure(new StripChart(
                                "Group of every task's adapter",
                                Axis.count("task"),
                                "group",
                                List.of(Series.counted("", groups)))
                        .draw());
    }

    /** Importance of every adapter, and of every group after each task that it stood beside. */
    String scalars() {
        List<Double> alphas = new ArrayList<>();
        steps().forEach(step -> alphas.add(Values.number(step, "alpha")));
        List<Series> series = new ArrayList<>();
        series.add(Series.counted("the task's own adapter", alphas));
        groupScalars()
                .forEach((group, values) -> series.add(Series.of(
                        "group " + group,
                        values.keySet().stream().map(task -> task + 1.0).toList(),
                        List.copyOf(values.values()))));
        return alphas.stream().noneMatch(Double::isFinite)
                ? ""
                : Html.figure(
                        new LineChart("Scalars over tasks", Axis.count("after task"), Axis.of("scalar alpha"), series)
                                .draw());
    }

    /** By group, then by task from 0: after training where that is recorded, and after the join of the task's own adapter. */
    private Map<Integer, Map<Integer, Double>> groupScalars() {
        Map<Integer, Map<Integer, Double>> scalars = new LinkedHashMap<>();
        for (int task = 0; task < steps().size(); task++) {
            List<Double> trained = Values.numbers(merge.path("inputs").path(task), "group_alphas");
            for (int group = 0; group < trained.size(); group++) {
                put(scalars, group, task, trained.get(group));
            }
            double joined = Values.number(steps().path(task), "group");
            if (Double.isFinite(joined)) {
                put(scalars, (int) joined, task, Values.number(steps().path(task), "group_alpha"));
            }
        }
        return scalars;
    }

    private static void put(Map<Integer, Map<Integer, Double>> scalars, int group, int task, double value) {
        if (Double.isFinite(value)) {
            scalars.computeIfAbsent(group, each -> new LinkedHashMap<>()).put(task, value);
        }
    }

    /** Steps and groups as tables. */
    String tables() {
        List<List<String>> steps = new ArrayList<>();
        for (JsonNode step : steps()) {
            JsonNode opened = step.path("opened");
            steps.add(List.of(
                    Values.text(step.path("adapter")),
                    Values.text(step.path("alpha")),
                    similarities(step),
                    Values.text(step.path("group"))
                            + (opened.isBoolean() ? opened.asBoolean() ? " (opened)" : " (joined)" : ""),
                    Values.text(step.path("group_alpha"))));
        }
        List<List<String>> groups = new ArrayList<>();
        for (JsonNode group : Values.array(merge, "groups")) {
            groups.add(List.of(
                    String.valueOf(groups.size()),
                    Values.text(group.path("members")),
                    Values.text(group.path("alpha")),
                    Values.text(group.path("rank")),
                    Values.text(group.path("norm"))));
        }
        return (groups.isEmpty()
                        ? ""
                        : Html.table("Groups", List.of("group", "members", "alpha", "rank", "norm"), groups))
                + (steps.isEmpty()
                        ? ""
                        : Html.table(
                                "Steps",
                                List.of("adapter", "alpha", "similarity to each group", "group", "group alpha"),
                                steps));
    }

    private static String similarities(JsonNode step) {
        List<String> cosines = Values.numbers(step, "similarity").stream()
                .map(each -> Values.text(each, Unit.NONE))
                .toList();
        return String.join("  ", cosines);
    }
}
