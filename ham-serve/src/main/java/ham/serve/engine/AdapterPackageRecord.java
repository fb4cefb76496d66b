package ham.serve.engine;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * What {@code package.json} of a folder with adapters says.
 *
 * @param kind {@code adapters}
 * @param base file of the base graph
 * @param tasks in their order
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AdapterPackageRecord(
        @com.fasterxml.jackson.annotation.JsonProperty("package") String kind, String base, List<Task> tasks) {
    /**
     * One adapter.
     *
     * @param task its name
     * @param adapter its file
     * @param labels of its classes
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Task(String task, String adapter, List<String> labels) {}
}
