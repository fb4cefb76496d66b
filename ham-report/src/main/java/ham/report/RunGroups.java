package ham.report;

import ham.merge.folder.MergeRecord;
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
record RunGroups(MergeRecord merge) {
    private List<MergeRecord.Step> steps() {
        return merge.steps();
    }

    /** Group membership over tasks. */
    String membership() {
        List<Double> groups = new ArrayList<>();
        steps().forEach(step -> groups.add(Values.number(step.group())));
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
        steps().forEach(step -> alphas.add(Values.number(step.alpha())));
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
            List<Double> trained =
                    task < merge.inputs().size() ? merge.inputs().get(task).groupAlphas() : null;
            for (int group = 0; trained != null && group < trained.size(); group++) {
                put(scalars, group, task, trained.get(group));
            }
            MergeRecord.Step step = steps().get(task);
            if (step.group() != null) {
                put(scalars, step.group(), task, Values.number(step.groupAlpha()));
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
        for (MergeRecord.Step step : steps()) {
            Boolean opened = step.opened();
            steps.add(List.of(
                    Values.text(step.adapter()),
                    Values.text(step.alpha()),
                    similarities(step),
                    Values.text(step.group()) + (opened == null ? "" : opened ? " (opened)" : " (joined)"),
                    Values.text(step.groupAlpha())));
        }
        List<List<String>> groups = new ArrayList<>();
        for (MergeRecord.Members group : merge.groups()) {
            groups.add(List.of(
                    String.valueOf(groups.size()),
                    Values.text(group.members()),
                    Values.text(group.alpha()),
                    Values.text(group.rank()),
                    Values.text(group.norm())));
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

    private static String similarities(MergeRecord.Step step) {
        List<Double> similarity = step.similarity() == null ? List.of() : step.similarity();
        List<String> cosines = Values.numbers(similarity).stream()
                .map(each -> Values.text(each, Unit.NONE))
                .toList();
        return String.join("  ", cosines);
    }
}
