package ham.job.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.train.experiment.ExperimentResults;
import ham.train.experiment.HeadFigures;
import ham.train.experiment.MeasuredRun;
import ham.train.experiment.Spread;
import ham.train.learn.LearningMethod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The charts of an experiment, as {@code docs/reports.md} describes them. */
public final class ExperimentCharts {
    private static final String KIND = "kind";
    private static final String SERIES = "series";
    private static final String FRACTION = "fraction";

    private final ExperimentResults results;
    private final ArrayNode charts = JsonFiles.object().putArray("charts");

    public ExperimentCharts(ExperimentResults results) {
        this.results = results;
    }

    /** An object with {@code charts} and {@code notes}. */
    public ObjectNode record() {
        results.heads().forEach(this::overTime);
        lastAccuracies();
        compared().forEach(this::matrix);
        results.names().stream()
                .map(name -> results.of(name).get(0))
                .filter(run -> run.tasks().path(0).has("group"))
                .forEach(this::groups);
        ObjectNode record = JsonFiles.object();
        record.set("charts", charts);
        record.putArray("notes")
                .add("Mean ± sample standard deviation over class orders; without ±, one order.")
                .add("Training of a method that shares the adapters of another run is the training of that run.")
                .add("The oracle is told the task of every image and gives no single model.");
        return record;
    }

    private ObjectNode chart(String title, String kind, String xLabel, String yLabel) {
        return charts.addObject()
                .put("title", title)
                .put(KIND, kind)
                .put("x_label", xLabel)
                .put("y_label", yLabel);
    }

    private void overTime(String head) {
        ArrayNode series = JsonFiles.object().putArray(SERIES);
        for (String name : results.names()) {
            List<Spread> curve = results.anyTime(name, head);
            if (curve.size() > 1) {
                boolean banded = curve.get(0).count() > 1;
                ObjectNode one = series.addObject().put("name", name);
                one.set("x", JsonFiles.tree(counted(curve.size())));
                one.set("y", JsonFiles.tree(curve.stream().map(Spread::mean).toList()));
                if (banded) {
                    one.set(
                            "low",
                            JsonFiles.tree(curve.stream()
                                    .map(each -> each.mean() - each.deviation())
                                    .toList()));
                    one.set(
                            "high",
                            JsonFiles.tree(curve.stream()
                                    .map(each -> each.mean() + each.deviation())
                                    .toList()));
                }
            }
        }
        if (!series.isEmpty()) {
            chart("Accuracy over tasks, " + head + " head", "line", "after task", "accuracy over all classes so far")
                    .put("unit", FRACTION)
                    .set(SERIES, series);
        }
    }

    private static List<Integer> counted(int count) {
        return IntStream.rangeClosed(1, count).boxed().toList();
    }

    private void lastAccuracies() {
        ArrayNode series = chart("Last accuracy", "bar", "", "accuracy over all classes at the end")
                .put("unit", FRACTION)
                .putArray(SERIES);
        for (String head : results.heads()) {
            ObjectNode one = series.addObject().put("name", head);
            ArrayNode x = one.putArray("x");
            ArrayNode y = one.putArray("y");
            ArrayNode low = JsonFiles.object().putArray("low");
            ArrayNode high = JsonFiles.object().putArray("high");
            for (String name : results.names()) {
                Spread last = results.spread(name, head, HeadFigures::last);
                if (last.count() > 0) {
                    x.add(name);
                    y.add(last.mean());
                    double deviation = last.count() > 1 ? last.deviation() : 0;
                    low.add(last.mean() - deviation);
                    high.add(last.mean() + deviation);
                }
            }
            one.set("low", low);
            one.set("high", high);
        }
    }

    /** HAM and its best rival that learns task after task into one model; of the first order. */
    private List<MeasuredRun> compared() {
        String head = results.runs().get(0).run().config().head().kind().optionName();
        List<MeasuredRun> candidates = results.names().stream()
                .map(name -> results.of(name).get(0))
                .filter(run -> run.heads().containsKey(head)
                        && run.heads().get(head).anyTime().size() > 1)
                .filter(run -> method(run).givesOneModel())
                .toList();
        Optional<MeasuredRun> own = candidates.stream()
                .filter(run -> method(run) == LearningMethod.HAM)
                .findFirst();
        List<MeasuredRun> compared = new ArrayList<>();
        own.ifPresent(compared::add);
        candidates.stream()
                .filter(run -> !compared.contains(run) && method(run) != LearningMethod.FROZEN)
                .max(Comparator.<MeasuredRun, Boolean>comparing(run -> method(run) != LearningMethod.HAM)
                        .thenComparing(run -> results.spread(run.run().name(), head, HeadFigures::last)
                                .mean()))
                .ifPresent(compared::add);
        return compared;
    }

    private static LearningMethod method(MeasuredRun run) {
        return run.run().config().learning().method();
    }

    private void matrix(MeasuredRun run) {
        String head = run.run().config().head().kind().optionName();
        JsonNode rows = run.heads().get(head).matrix();
        ObjectNode chart = chart("R of " + titled(run) + ", " + head + " head", "heat", "on task", "after task")
                .put("unit", FRACTION);
        chart.set("rows", JsonFiles.tree(counted(rows.size())));
        chart.set("columns", JsonFiles.tree(counted(rows.size())));
        ArrayNode values = chart.putArray("values");
        for (JsonNode row : rows) {
            ArrayNode full = values.addArray();
            row.forEach(full::add);
            while (full.size() < rows.size()) {
                full.addNull();
            }
        }
    }

    private static String titled(MeasuredRun run) {
        return run.run().name() + ", order " + run.run().order();
    }

    private void groups(MeasuredRun run) {
        ArrayNode x = JsonFiles.object().putArray("x");
        ArrayNode y = JsonFiles.object().putArray("y");
        SortedMap<Integer, ObjectNode> scalars = new TreeMap<>();
        for (JsonNode task : run.tasks()) {
            int after = task.path("task").asInt() + 1;
            int joined = task.path("group").asInt();
            x.add(after);
            y.add(joined);
            JsonNode trained = task.path("group_alphas");
            for (int group = 0; group < trained.size(); group++) {
                if (group != joined) {
                    point(scalars, group, after, trained.path(group));
                }
            }
            point(scalars, joined, after, task.path("group_alpha"));
        }
        ObjectNode strip = chart("Group of every task, " + titled(run), "strip", "task", "group");
        ObjectNode membership =
                strip.putArray(SERIES).addObject().put("name", run.run().name());
        membership.set("x", x);
        membership.set("y", y);
        ArrayNode series = chart("Scalars over tasks, " + titled(run), "line", "after task", "scalar alpha of a group")
                .putArray(SERIES);
        scalars.values().forEach(series::add);
    }

    private static void point(SortedMap<Integer, ObjectNode> scalars, int group, int after, JsonNode value) {
        ObjectNode series = scalars.computeIfAbsent(group, each -> {
            ObjectNode begun = JsonFiles.object().put("name", "group " + each);
            begun.putArray("x");
            begun.putArray("y");
            return begun;
        });
        ((ArrayNode) series.path("x")).add(after);
        ((ArrayNode) series.path("y")).add(value);
    }
}
