package ham.train.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.join.MergeStep;
import ham.merge.record.ScaleChoice;
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
    static final String GUARD = "guard";

    /** An entry of {@code tasks} in {@code metrics.json}. */
    ObjectNode json() {
        ObjectNode json = JsonFiles.object().put("task", task);
        loss.ifPresent(value -> json.put("loss", value));
        imagesPerSecond.ifPresent(value -> json.put("images_per_second", value));
        json.put("alpha", alpha);
        json.set("group_alphas", JsonFiles.tree(groupAlphas));
        step.ifPresent(where -> {
            json.put("group", where.group())
                    .put("opened", where.opened())
                    .put("group_alpha", where.groupAlpha())
                    .set("similarity", JsonFiles.tree(where.similarity()));
        });
        json.set("ridge", JsonFiles.tree(ridges));
        transfer.ifPresent(measured -> json.set("held_out", measured.json()));
        guard.ifPresent(choice -> json.set(GUARD, JsonRecords.tree(choice)));
        json.set("warnings", JsonFiles.tree(warnings));
        json.set("seconds", JsonFiles.tree(seconds));
        json.set("accuracy", JsonFiles.tree(accuracy));
        return json;
    }
}
