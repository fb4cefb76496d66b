package ham.train.run;

import ham.merge.join.MergeStep;
import ham.merge.record.ScaleChoice;
import ham.train.record.TaskRecord;
import ham.train.record.Transfer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a finished task gave.
 *
 * @param task from 0
 * @param tasks of the whole run
 * @param loss mean training loss of the last epoch; empty where the adapter was taken from another run
 * @param imagesPerSecond training throughput; empty as the loss
 * @param alpha the adapter's importance scalar; the mean where it has one a layer
 * @param groupAlphas scalars of the groups that it was trained beside, after its training; means where they have one a layer
 * @param step where the adapter went, for methods with groups
 * @param ridges lambda of the analytic head by method, as a multiple of the mean of G's diagonal for one image
 * @param transfer what joining cost, where there are held-out images and something to join
 * @param guard which part of the merged delta was chosen on held-out images, where parts are compared
 * @param warnings ways to fail that were seen, one sentence each
 * @param seconds time by phase
 * @param accuracy over all classes seen so far, by variant ({@link Variants})
 */
public record TaskSummary(
        int task,
        int tasks,
        OptionalDouble loss,
        OptionalDouble imagesPerSecond,
        double alpha,
        List<Double> groupAlphas,
        Optional<MergeStep> step,
        Map<String, Double> ridges,
        Optional<Transfer> transfer,
        Optional<ScaleChoice> guard,
        List<String> warnings,
        Map<String, Double> seconds,
        Map<String, Double> accuracy) {
    /** As {@code metrics.json} has it. */
    TaskRecord record() {
        return new TaskRecord(
                task,
                boxed(loss),
                boxed(imagesPerSecond),
                alpha,
                groupAlphas,
                step.map(MergeStep::group).orElse(null),
                step.map(MergeStep::opened).orElse(null),
                step.map(MergeStep::groupAlpha).orElse(null),
                step.map(MergeStep::similarity).orElse(null),
                ridges,
                transfer.orElse(null),
                guard.orElse(null),
                warnings,
                seconds,
                accuracy);
    }

    private static Double boxed(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }
}
