package ham.train.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.record.ScaleChoice;
import ham.train.config.RunConfig;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All that a run measures: accuracies, and what each task gave and cost. */
final class RunMetrics {
    private final RunConfig config;
    private final Variants variants;
    private final ArrayNode tasks = JsonFiles.object().putArray("tasks");

    private RunMetrics(RunConfig config, Variants variants) {
        this.config = config;
        this.variants = variants;
    }

    /** Nothing is measured yet. */
    static RunMetrics begin(RunInputs inputs) {
        return new RunMetrics(inputs.config(), new Variants(inputs.stream().tasks()));
    }

    /** Restores what {@link #json} wrote. */
    static RunMetrics restore(Path file, RunInputs inputs) {
        RunMetrics metrics = new RunMetrics(
                inputs.config(), Variants.restore(file, inputs.stream().tasks()));
        JsonFiles.read(file, "the accuracies of a run").path("tasks").forEach(metrics.tasks::add);
        return metrics;
    }

    Variants variants() {
        return variants;
    }

    /** A task is finished. */
    void add(TaskSummary task) {
        tasks.add(task.json());
    }

    /** The part of the merged delta that was chosen after the last task, with the seconds that comparing took in all tasks. */
    Optional<ScaleChoice> choice() {
        JsonNode latest = tasks.path(tasks.size() - 1).path(TaskSummary.GUARD);
        double seconds = 0;
        for (JsonNode task : tasks) {
            seconds += task.path(TaskSummary.GUARD).path("seconds").asDouble();
        }
        return latest instanceof ObjectNode found
                ? Optional.of(JsonRecords.read(Path.of(RunFolder.METRICS), found, ScaleChoice.class)
                        .withSeconds(seconds))
                : Optional.empty();
    }

    /** Everything that was warned about, each sentence once. */
    List<String> warnings() {
        Set<String> warnings = new LinkedHashSet<>();
        for (JsonNode task : tasks) {
            task.path("warnings").forEach(warning -> warnings.add(warning.asText()));
        }
        return List.copyOf(warnings);
    }

    /** {@code metrics.json}. */
    ObjectNode json() {
        ObjectNode json =
                variants.json(config.learning().method(), config.head().kind());
        json.put("mode", config.learning().mode().optionName());
        json.set("tasks", tasks);
        return json;
    }
}
