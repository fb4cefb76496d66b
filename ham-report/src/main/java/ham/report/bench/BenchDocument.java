package ham.report.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.report.record.Binding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A serving comparison. What an older release did not write is null, or an empty list.
 *
 * @param environment versions and machine, name to value
 * @param sessionThreads threads of a session, 0 for one a physical core
 * @param sharedThreads whether all sessions share one pool of threads
 * @param scenarios how requests came, by scenario, and the traffic
 * @param seed of traffic and arrivals
 * @param stability when a result counts as stable, a sentence
 * @param percentileInterval how the intervals were computed
 * @param plan what was planned
 * @param results what was measured
 * @param accuracyImages test images of the accuracies
 * @param harness what the measurement adds to what it measures
 * @param notes sentences for whoever reads the figures
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BenchDocument(
        Map<String, Object> environment,
        @JsonProperty("session_threads") Integer sessionThreads,
        @JsonProperty("shared_threads") Boolean sharedThreads,
        Map<String, Object> scenarios,
        Long seed,
        String stability,
        @JsonProperty("percentile_interval") String percentileInterval,
        List<BenchPlan> plan,
        List<BenchRow> results,
        @JsonProperty("accuracy_images") Integer accuracyImages,
        BenchHarness harness,
        List<String> notes) {
    public BenchDocument {
        environment = environment == null ? Map.of() : environment;
        scenarios = scenarios == null ? Map.of() : scenarios;
        plan = plan == null ? List.of() : List.copyOf(plan);
        results = results == null ? List.of() : List.copyOf(results);
        notes = notes == null ? List.of() : List.copyOf(notes);
    }

    /**
     * Reads a file.
     *
     * @throws InputException when it cannot be read, or a figure is no number
     */
    public static BenchDocument read(Path file) {
        return of(JsonFiles.read(file, "a serving comparison"));
    }

    /**
     * From JSON.
     *
     * @throws InputException when a figure is no number
     */
    public static BenchDocument of(JsonNode json) {
        return Binding.of(json, BenchDocument.class);
    }

    /** As JSON. */
    public ObjectNode json() {
        return (ObjectNode) JsonFiles.tree(this);
    }
}
