package ham.train.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What an experiment gave.
 *
 * @param runs the finished ones, in the order of the plan
 */
public record ExperimentResults(List<MeasuredRun> runs) {
    public ExperimentResults {
        runs = List.copyOf(runs);
    }

    /** Names of what is compared, in the order of the plan. */
    public List<String> names() {
        Set<String> names = new LinkedHashSet<>();
        runs.forEach(run -> names.add(run.run().name()));
        return List.copyOf(names);
    }

    /** Names of the heads that any run has. */
    public List<String> heads() {
        Set<String> heads = new LinkedHashSet<>();
        runs.forEach(run -> heads.addAll(run.heads().keySet()));
        return List.copyOf(heads);
    }

    /** The runs of one name, one an order. */
    public List<MeasuredRun> of(String name) {
        return runs.stream().filter(run -> run.run().name().equals(name)).toList();
    }

    /** A figure of one name and head over the orders; orders without it are left out. */
    public Spread spread(String name, String head, ToDoubleFunction<HeadFigures> figure) {
        return Spread.of(of(name).stream()
                .filter(run -> run.heads().containsKey(head))
                .map(run -> figure.applyAsDouble(run.heads().get(head)))
                .filter(Double::isFinite)
                .toList());
    }

    /** What runs of one name cost, over the orders. */
    public Spread spread(String name, ToDoubleFunction<MeasuredRun> cost) {
        return Spread.of(of(name).stream().map(cost::applyAsDouble).toList());
    }

    /** Accuracy over all classes so far, of one name and head, after every task. */
    public List<Spread> anyTime(String name, String head) {
        List<List<Double>> curves = of(name).stream()
                .filter(run -> run.heads().containsKey(head))
                .map(run -> run.heads().get(head).anyTime())
                .toList();
        int tasks = curves.stream().mapToInt(List::size).min().orElse(0);
        List<Spread> spreads = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            int after = task;
            spreads.add(Spread.of(curves.stream().map(curve -> curve.get(after)).toList()));
        }
        return spreads;
    }

    /** Every run's figures under {@code runs}, means and deviations under {@code summary}. */
    public ObjectNode json() {
        ObjectNode json = JsonFiles.object();
        ArrayNode all = json.putArray("runs");
        runs.forEach(run -> all.add(run.json()));
        ArrayNode summary = json.putArray("summary");
        for (String name : names()) {
            for (String head : heads()) {
                Spread last = spread(name, head, HeadFigures::last);
                if (last.count() > 0) {
                    ObjectNode row = summary.addObject().put("name", name).put("head", head);
                    row.set("last", last.json());
                    row.set(
                            "average_incremental",
                            spread(name, head, HeadFigures::averageIncremental).json());
                    row.set(
                            "forgetting",
                            spread(name, head, HeadFigures::forgetting).json());
                    row.set(
                            "backward_transfer",
                            spread(name, head, HeadFigures::backwardTransfer).json());
                    costs(row.putObject("seconds"), name);
                    row.put("trained_parameters", of(name).get(0).trainedParameters());
                }
            }
        }
        return json;
    }

    private void costs(ObjectNode seconds, String name) {
        for (String phase : new String[] {"training", "merging", "heads"}) {
            seconds.set(phase, spread(name, run -> run.seconds(phase)).json());
        }
    }

    /** A line a run and head, under a line of names; accuracies are fractions, what a run has not is empty. */
    public String csv() {
        StringBuilder lines =
                new StringBuilder("method,order,head,last,average_incremental,forgetting,backward_transfer,seconds\n");
        for (MeasuredRun run : runs) {
            run.heads().forEach((head, figures) -> lines.append(String.join(
                            ",",
                            run.run().name(),
                            run.run().order(),
                            head,
                            cell(figures.last()),
                            cell(figures.averageIncremental()),
                            cell(figures.forgetting()),
                            cell(figures.backwardTransfer()),
                            cell(run.learningSeconds())))
                    .append('\n'));
        }
        return lines.toString();
    }

    /** A line for the accuracy over all classes after every task (from 0) of every run and head, under a line of names. */
    public String anyTimeCsv() {
        StringBuilder lines = new StringBuilder("method,order,head,after_task,accuracy\n");
        for (MeasuredRun run : runs) {
            run.heads().forEach((head, figures) -> {
                for (int task = 0; task < figures.anyTime().size(); task++) {
                    lines.append(String.join(
                                    ",",
                                    run.run().name(),
                                    run.run().order(),
                                    head,
                                    String.valueOf(task),
                                    cell(figures.anyTime().get(task))))
                            .append('\n');
                }
            });
        }
        return lines.toString();
    }

    private static String cell(double value) {
        return Double.isFinite(value) ? String.valueOf(value) : "";
    }
}
