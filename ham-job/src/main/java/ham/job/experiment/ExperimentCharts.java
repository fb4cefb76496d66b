package ham.job.experiment;

import ham.report.record.ChartDocument;
import ham.report.record.SeriesDocument;
import ham.train.experiment.ExperimentResults;
import ham.train.experiment.HeadFigures;
import ham.train.experiment.MeasuredRun;
import ham.train.experiment.Spread;
import ham.train.learn.LearningMethod;
import ham.train.record.TaskRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The charts of an experiment, as {@code docs/reports.md} describes them. */
final class ExperimentCharts {
    private static final String FRACTION = "fraction";

    private final ExperimentResults results;

    ExperimentCharts(ExperimentResults results) {
        this.results = results;
    }

    /** What must be known to read table and charts. */
    static List<String> notes() {
        return List.of(
                "Mean ± sample standard deviation over runs, of every class order and seed; without ±, one run.",
                "Training of a method that shares the adapters of another run is the training of that run.",
                "The oracle is told the task of every image and gives no single model.");
    }

    /** All of them. */
    public List<ChartDocument> charts() {
        List<ChartDocument> charts = new ArrayList<>();
        results.heads().forEach(head -> overTime(head).ifPresent(charts::add));
        charts.add(lastAccuracies());
        compared().forEach(run -> charts.add(matrix(run)));
        results.names().stream()
                .map(name -> results.of(name).get(0))
                .filter(run -> !run.tasks().isEmpty() && run.tasks().get(0).group() != null)
                .forEach(run -> charts.addAll(groups(run)));
        return charts;
    }

    private Optional<ChartDocument> overTime(String head) {
        List<SeriesDocument> series = new ArrayList<>();
        for (String name : results.names()) {
            List<Spread> curve = results.anyTime(name, head);
            if (curve.size() > 1) {
                boolean banded = curve.get(0).count() > 1;
                series.add(new SeriesDocument(
                        name,
                        counted(curve.size()),
                        curve.stream().map(Spread::mean).toList(),
                        banded ? curve.stream().map(ExperimentCharts::low).toList() : List.of(),
                        banded ? curve.stream().map(ExperimentCharts::high).toList() : List.of()));
            }
        }
        return series.isEmpty()
                ? Optional.empty()
                : Optional.of(ChartDocument.of(
                        "Accuracy over tasks, " + head + " head",
                        "line",
                        "after task",
                        "accuracy over all classes so far",
                        FRACTION,
                        series));
    }

    private static double low(Spread spread) {
        return spread.mean() - (spread.count() > 1 ? spread.deviation() : 0);
    }

    private static double high(Spread spread) {
        return spread.mean() + (spread.count() > 1 ? spread.deviation() : 0);
    }

    private static List<Integer> counted(int count) {
        return IntStream.rangeClosed(1, count).boxed().toList();
    }

    private ChartDocument lastAccuracies() {
        List<SeriesDocument> series = new ArrayList<>();
        for (String head : results.heads()) {
            Map<String, Spread> last = new LinkedHashMap<>();
            for (String name : results.names()) {
                Spread spread = results.spread(name, head, HeadFigures::last);
                if (spread.count() > 0) {
                    last.put(name, spread);
                }
            }
            series.add(new SeriesDocument(
                    head,
                    List.copyOf(last.keySet()),
                    last.values().stream().map(Spread::mean).toList(),
                    last.values().stream().map(ExperimentCharts::low).toList(),
                    last.values().stream().map(ExperimentCharts::high).toList()));
        }
        return ChartDocument.of("Last accuracy", "bar", "", "accuracy over all classes at the end", FRACTION, series);
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

    private ChartDocument matrix(MeasuredRun run) {
        String head = run.run().config().head().kind().optionName();
        List<List<Double>> rows = run.heads().get(head).matrix();
        List<List<Double>> values = new ArrayList<>();
        for (List<Double> row : rows) {
            List<Double> full = new ArrayList<>(row);
            full.addAll(Collections.nCopies(rows.size() - row.size(), null));
            values.add(full);
        }
        List<Integer> tasks = counted(rows.size());
        return new ChartDocument(
                "R of " + titled(run) + ", " + head + " head",
                "heat",
                "on task",
                "after task",
                FRACTION,
                List.of(),
                tasks,
                tasks,
                values);
    }

    private static String titled(MeasuredRun run) {
        return run.run().name() + ", order " + run.run().order();
    }

    private static List<ChartDocument> groups(MeasuredRun run) {
        List<Integer> tasks = new ArrayList<>();
        List<Double> joined = new ArrayList<>();
        SortedMap<Integer, SortedMap<Integer, Double>> scalars = new TreeMap<>();
        for (TaskRecord task : run.tasks()) {
            int after = task.task() + 1;
            tasks.add(after);
            joined.add(task.group().doubleValue());
            for (int group = 0; group < task.groupAlphas().size(); group++) {
                point(scalars, group, after, task.groupAlphas().get(group));
            }
            point(scalars, task.group(), after, task.groupAlpha());
        }
        List<SeriesDocument> series = new ArrayList<>();
        scalars.forEach((group, values) -> series.add(new SeriesDocument(
                "group " + group, List.copyOf(values.keySet()), List.copyOf(values.values()), null, null)));
        return List.of(
                ChartDocument.of(
                        "Group of every task, " + titled(run),
                        "strip",
                        "task",
                        "group",
                        "",
                        List.of(new SeriesDocument(run.run().name(), tasks, joined, null, null))),
                ChartDocument.of(
                        "Scalars over tasks, " + titled(run),
                        "line",
                        "after task",
                        "scalar alpha of a group",
                        "",
                        series));
    }

    private static void point(
            SortedMap<Integer, SortedMap<Integer, Double>> scalars, int group, int after, double value) {
        scalars.computeIfAbsent(group, each -> new TreeMap<>()).put(after, value);
    }
}
