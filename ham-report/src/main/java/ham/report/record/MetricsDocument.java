package ham.report.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * What a page shows of {@code metrics.json}; fractions, null where they were not measured.
 *
 * @param head of the run
 * @param matrix R of the run's method and head
 * @param variants figures by {@code METHOD/HEAD}
 * @param tasks whatever is recorded of each task
 * @param warnings sentences
 */
public record MetricsDocument(
        String head,
        Double last,
        Double averageIncremental,
        Double forgetting,
        Double backwardTransfer,
        @JsonProperty("R") List<List<Double>> matrix,
        Map<String, Variant> variants,
        List<Map<String, Object>> tasks,
        List<WarningDocument> warnings) {
    public MetricsDocument {
        matrix = Binding.orEmpty(matrix);
        variants = Binding.orEmpty(variants);
        tasks = Binding.orEmpty(tasks);
        warnings = Binding.orEmpty(warnings);
    }

    /** One method with one head; {@code images} is how many test images are behind each entry of R, empty where that is not recorded. */
    public record Variant(
            Double last,
            Double averageIncremental,
            Double forgetting,
            Double backwardTransfer,
            @JsonProperty("R") List<List<Double>> matrix,
            List<List<Double>> images) {
        public Variant {
            matrix = Binding.orEmpty(matrix);
            images = Binding.orEmpty(images);
        }
    }
}
