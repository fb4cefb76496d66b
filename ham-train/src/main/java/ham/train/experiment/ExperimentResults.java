package ham.train.experiment;

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

    /** A line a run and head, under a line of names; accuracies are fractions, what a run has not is empty. */
    public String csv() {
        StringBuilder lines = new StringBuilder(
                "method,order,head,last,average_incremental,forgetting,backward_transfer,seconds,forgetting_with_last,kept_bytes,seed,commit\n");
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
                            cell(run.learningSeconds()),
                            cell(figures.forgettingWithLast()),
                            String.valueOf(run.keptBytes()),
                            String.valueOf(run.run().config().seed()),
                            run.commit()))
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
