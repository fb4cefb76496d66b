package ham.train.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import ham.merge.record.ScaleChoice;
import java.util.List;
import java.util.Map;

/**
 * What a finished task gave, as {@code metrics.json} lists it. What was not measured, or does not exist in a method without
 * groups, is null.
 *
 * @param task from 0
 * @param loss mean training loss of the last epoch
 * @param imagesPerSecond training throughput
 * @param alpha the adapter's importance scalar
 * @param groupAlphas scalars of the groups after the task's training
 * @param group that the adapter opened or joined
 * @param opened whether it opened it
 * @param groupAlpha the group's scalar afterwards
 * @param similarity to each group before
 * @param ridge lambda of the analytic head by method
 * @param heldOut what joining cost
 * @param guard which part of the merged delta was chosen on held-out images
 * @param warnings one sentence each
 * @param seconds time by phase
 * @param accuracy over all classes seen so far, by variant
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskRecord(
        int task,
        Double loss,
        Double imagesPerSecond,
        Double alpha,
        List<Double> groupAlphas,
        Integer group,
        Boolean opened,
        Double groupAlpha,
        List<Double> similarity,
        Map<String, Double> ridge,
        Transfer heldOut,
        ScaleChoice guard,
        List<String> warnings,
        Map<String, Double> seconds,
        Map<String, Double> accuracy) {
    public TaskRecord {
        groupAlphas = groupAlphas == null ? List.of() : List.copyOf(groupAlphas);
        warnings = warnings == null ? List.of() : List.copyOf(warnings);
        seconds = seconds == null ? Map.of() : seconds;
    }
}
