package ham.train.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.train.metrics.PairedComparison;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of {@code results.json}: every run's figures, means and deviations. Null stands for a figure that there is not.
 *
 * @param experiment its kind
 * @param command as it was typed
 * @param environment versions and machine
 * @param runs the finished ones, in the order of the plan
 * @param paired methods two and two on the same test images; empty in files of earlier releases
 * @param summary over the runs of every class order and seed, a row for every name and head
 */
public record ExperimentRecord(
        String experiment,
        List<String> command,
        Map<String, String> environment,
        List<Run> runs,
        List<Row> summary,
        List<Pair> paired) {
    private static final List<String> PHASES = List.of("training", "merging", "heads");

    public ExperimentRecord {
        paired = paired == null ? List.of() : List.copyOf(paired);
    }

    /** {@link MethodPairs.Pair}. */
    public record Pair(String head, String method, String against, PairedComparison comparison) {}

    /** {@link MeasuredRun}. */
    public record Run(
            String name,
            String order,
            String folder,
            ObjectNode configuration,
            long trainedParameters,
            long keptBytes,
            int inferencePasses,
            Map<String, Double> seconds,
            Map<String, Figures> heads) {}

    /** {@link HeadFigures}. */
    public record Figures(
            Double last,
            Double averageIncremental,
            Double forgetting,
            Double forgettingWithLast,
            Double backwardTransfer,
            List<Double> anyTime) {}

    /** The figures of one name and head over its runs. */
    public record Row(
            String name,
            String head,
            Mean last,
            Mean averageIncremental,
            Mean forgetting,
            Mean forgettingWithLast,
            Mean backwardTransfer,
            Map<String, Mean> seconds,
            long trainedParameters,
            Mean keptBytes) {}

    /** {@link Spread}. */
    public record Mean(Double mean, Double std, int count) {
        static Mean of(Spread spread) {
            return new Mean(finite(spread.mean()), finite(spread.deviation()), spread.count());
        }
    }

    /** Of what was measured. */
    public static ExperimentRecord of(
            String experiment, List<String> command, Map<String, String> environment, ExperimentResults results) {
        List<Row> summary = new ArrayList<>();
        for (String name : results.names()) {
            for (String head : results.heads()) {
                if (results.spread(name, head, HeadFigures::last).count() > 0) {
                    summary.add(row(results, name, head));
                }
            }
        }
        return new ExperimentRecord(
                experiment,
                command,
                environment,
                results.runs().stream().map(ExperimentRecord::run).toList(),
                summary,
                MethodPairs.of(results).stream()
                        .map(each -> new Pair(each.head(), each.method(), each.against(), each.comparison()))
                        .toList());
    }

    private static Run run(MeasuredRun run) {
        Map<String, Figures> heads = new LinkedHashMap<>();
        run.heads()
                .forEach((head, figures) -> heads.put(
                        head,
                        new Figures(
                                figures.last(),
                                finite(figures.averageIncremental()),
                                finite(figures.forgetting()),
                                finite(figures.forgettingWithLast()),
                                finite(figures.backwardTransfer()),
                                figures.anyTime())));
        return new Run(
                run.run().name(),
                run.run().order(),
                "runs/" + run.run().folder(),
                run.run().config().toJson(),
                run.trainedParameters(),
                run.keptBytes(),
                1,
                run.seconds(),
                heads);
    }

    private static Row row(ExperimentResults results, String name, String head) {
        Map<String, Mean> seconds = new LinkedHashMap<>();
        PHASES.forEach(phase -> seconds.put(phase, Mean.of(results.spread(name, run -> run.seconds(phase)))));
        return new Row(
                name,
                head,
                Mean.of(results.spread(name, head, HeadFigures::last)),
                Mean.of(results.spread(name, head, HeadFigures::averageIncremental)),
                Mean.of(results.spread(name, head, HeadFigures::forgetting)),
                Mean.of(results.spread(name, head, HeadFigures::forgettingWithLast)),
                Mean.of(results.spread(name, head, HeadFigures::backwardTransfer)),
                seconds,
                results.of(name).get(0).trainedParameters(),
                Mean.of(results.spread(name, run -> (double) run.keptBytes())));
    }

    /** Null for NaN, which JSON does not have. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /**
     * Reads a file.
     *
     * @throws ham.merge.InputException when it is missing or damaged
     */
    public static ExperimentRecord read(Path file) {
        return JsonRecords.read(file, JsonFiles.read(file, "the results of an experiment"), ExperimentRecord.class);
    }

    /** As JSON. */
    public ObjectNode json() {
        return JsonRecords.tree(this);
    }
}
