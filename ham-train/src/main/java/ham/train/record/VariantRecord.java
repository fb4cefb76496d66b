package ham.train.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import ham.train.metrics.AccuracyMatrix;
import ham.train.metrics.AccuracyRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The figures of one method with one head, as {@link MetricsRecord} explains them.
 *
 * @param matrix R, a row a task
 * @param images test images behind each entry of R
 * @param lastOnEarlierImages the last row on those images that the rows before it were measured on; null where these are the same
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VariantRecord(
        Double last,
        Double averageIncremental,
        Double forgetting,
        Double backwardTransfer,
        @JsonProperty("R") List<List<Double>> matrix,
        List<List<Integer>> images,
        List<Double> lastOnEarlierImages) {
    public VariantRecord {
        matrix = matrix == null ? List.of() : List.copyOf(matrix);
        images = images == null ? List.of() : List.copyOf(images);
    }

    /** Of what was measured. */
    public static VariantRecord of(AccuracyMatrix matrix) {
        return new VariantRecord(
                matrix.last(),
                matrix.averageIncremental(),
                matrix.forgetting(),
                matrix.backwardTransfer(),
                matrix.rows().stream()
                        .map(row -> Arrays.stream(row.accuracies()).boxed().toList())
                        .toList(),
                matrix.rows().stream()
                        .map(row -> Arrays.stream(row.images()).boxed().toList())
                        .toList(),
                matrix.rows()
                        .get(matrix.size() - 1)
                        .earlier()
                        .map(row -> Arrays.stream(row).boxed().toList())
                        .orElse(null));
    }

    /**
     * The rows of the matrix.
     *
     * @throws IllegalArgumentException when accuracies and numbers of images do not fit together
     */
    public List<AccuracyRow> rows() {
        List<AccuracyRow> rows = new ArrayList<>();
        for (int task = 0; task < matrix.size(); task++) {
            List<Integer> counts = task < images.size() ? images.get(task) : List.of();
            rows.add(new AccuracyRow(
                    matrix.get(task).stream().mapToDouble(Double::doubleValue).toArray(),
                    counts.stream().mapToInt(Integer::intValue).toArray()));
        }
        if (lastOnEarlierImages != null && !rows.isEmpty()) {
            int last = rows.size() - 1;
            rows.set(
                    last,
                    rows.get(last)
                            .onEarlierImages(lastOnEarlierImages.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray()));
        }
        return rows;
    }
}
