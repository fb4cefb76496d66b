package ham.export.pack;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import java.util.List;

/**
 * The content of {@code package.json}; the keys are the names of the components, and what is null is left out.
 *
 * @param kind which package it is
 * @param model name of the one model in a model repository
 * @param base the file with the graph that adapters belong to
 * @param load how a model is loaded
 * @param build the command that builds an engine which is not there yet
 * @param engine where the engine goes
 * @param tasks the models or adapters, one a task
 * @param files every file but this one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PackageRecord(
        @JsonProperty("package") String kind,
        String model,
        String base,
        String load,
        String build,
        String engine,
        List<Task> tasks,
        List<PackagedFile> files) {

    /**
     * What a package holds for a task.
     *
     * @param task its name
     * @param model its model's file, where it has one of its own
     * @param adapter its adapter's file, where it has one
     * @param labels class names in the order of its logits
     * @param parityMaxAbs largest difference of logits that was found; null if it was not measured
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Task(
            String task,
            String model,
            String adapter,
            List<String> labels,
            @JsonProperty("parity_max_abs") Double parityMaxAbs) {}

    /**
     * A file.
     *
     * @param file its path in the package, with slashes
     * @param bytes its size
     * @param sha256 of its bytes
     */
    public record PackagedFile(String file, long bytes, String sha256) {}

    static PackageRecord tasks(String kind, String base, String load, List<Task> tasks) {
        return new PackageRecord(kind, null, base, load, null, null, List.copyOf(tasks), null);
    }

    PackageRecord with(List<PackagedFile> all) {
        return new PackageRecord(kind, model, base, load, build, engine, tasks, List.copyOf(all));
    }

    /** As a JSON object. */
    public ObjectNode json() {
        return (ObjectNode) JsonFiles.tree(this);
    }
}
