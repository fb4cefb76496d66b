package ham.train.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The content of {@code metrics.json}: the figures of the run's method and head, those of everything that is compared with it, and what each
 * task gave. What a file leaves out is null, lists and maps are empty then.
 *
 * @param last accuracy over all classes at the end, a fraction
 * @param averageIncremental mean over tasks of the accuracy over all classes so far
 * @param forgetting mean over tasks of the best accuracy before the end minus that at the end
 * @param backwardTransfer mean over tasks of the accuracy at the end minus that just after the task
 * @param matrix R, a row a task
 * @param images test images behind each entry of R
 * @param method of the run
 * @param head of the run
 * @param variants figures by {@code METHOD/HEAD}
 * @param mode how adapters were trained
 * @param tasks what each gave and cost
 * @param statisticsBytes size of the statistics of heads after the last task, which a finished run usually deletes; null in runs of earlier releases
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MetricsRecord(
        Double last,
        Double averageIncremental,
        Double forgetting,
        Double backwardTransfer,
        @JsonProperty("R") List<List<Double>> matrix,
        List<List<Integer>> images,
        String method,
        String head,
        Map<String, VariantRecord> variants,
        String mode,
        List<TaskRecord> tasks,
        Long statisticsBytes) {
    /** Its name in a run folder. */
    public static final String FILE = "metrics.json";

    public MetricsRecord {
        matrix = matrix == null ? List.of() : List.copyOf(matrix);
        images = images == null ? List.of() : List.copyOf(images);
        variants = variants == null ? Map.of() : variants;
        tasks = tasks == null ? List.of() : List.copyOf(tasks);
    }

    /** The figures of a method and head, and all others. */
    public static MetricsRecord of(
            String method, String head, Map<String, VariantRecord> variants, String mode, List<TaskRecord> tasks) {
        VariantRecord own = variants.get(method + "/" + head);
        return new MetricsRecord(
                own.last(),
                own.averageIncremental(),
                own.forgetting(),
                own.backwardTransfer(),
                own.matrix(),
                own.images(),
                method,
                head,
                variants,
                mode,
                tasks,
                null);
    }

    /** The same with the size of the statistics of its heads. */
    public MetricsRecord withStatistics(long bytes) {
        return new MetricsRecord(
                last,
                averageIncremental,
                forgetting,
                backwardTransfer,
                matrix,
                images,
                method,
                head,
                variants,
                mode,
                tasks,
                bytes);
    }

    /**
     * Reads a file.
     *
     * @throws ham.merge.InputException when it is missing or damaged
     */
    public static MetricsRecord read(Path file) {
        return JsonRecords.read(file, JsonFiles.read(file, "the accuracies of a run"), MetricsRecord.class);
    }

    /** As JSON. */
    public ObjectNode json() {
        return JsonRecords.tree(this);
    }
}
