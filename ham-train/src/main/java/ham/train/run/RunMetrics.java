package ham.train.run;

import ham.merge.record.ScaleChoice;
import ham.train.config.RunConfig;
import ham.train.record.MetricsRecord;
import ham.train.record.TaskRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** All that a run measures: accuracies, and what each task gave and cost. */
final class RunMetrics {
    private final RunConfig config;
    private final Variants variants;
    private final List<TaskRecord> tasks = new ArrayList<>();

    private RunMetrics(RunConfig config, Variants variants) {
        this.config = config;
        this.variants = variants;
    }

    /** Nothing is measured yet. */
    static RunMetrics begin(RunInputs inputs) {
        return new RunMetrics(inputs.config(), new Variants(inputs.stream().tasks()));
    }

    /** Restores the {@link #record} that was written. */
    static RunMetrics restore(Path file, RunInputs inputs) {
        MetricsRecord record = MetricsRecord.read(file);
        RunMetrics metrics = new RunMetrics(
                inputs.config(),
                Variants.restore(file, record.variants(), inputs.stream().tasks()));
        metrics.tasks.addAll(record.tasks());
        return metrics;
    }

    Variants variants() {
        return variants;
    }

    /** A task is finished. */
    void add(TaskSummary task) {
        tasks.add(task.record());
    }

    /** The part of the merged delta that was chosen after the last task, with what comparing cost in all tasks. */
    Optional<ScaleChoice> choice() {
        List<ScaleChoice> choices =
                tasks.stream().map(TaskRecord::guard).filter(Objects::nonNull).toList();
        return tasks.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(tasks.get(tasks.size() - 1).guard())
                        .map(choice -> choice.withCost(
                                choices.stream()
                                        .mapToDouble(ScaleChoice::seconds)
                                        .sum(),
                                choices.stream()
                                        .map(ScaleChoice::passes)
                                        .filter(Objects::nonNull)
                                        .mapToLong(each -> each)
                                        .sum()));
    }

    /** Everything that was warned about, each sentence once. */
    List<String> warnings() {
        return tasks.stream()
                .flatMap(task -> task.warnings().stream())
                .distinct()
                .toList();
    }

    /** {@code metrics.json}. */
    MetricsRecord record() {
        return MetricsRecord.of(
                config.learning().method().optionName(),
                config.head().kind().optionName(),
                variants.records(),
                config.learning().mode().optionName(),
                tasks);
    }
}
