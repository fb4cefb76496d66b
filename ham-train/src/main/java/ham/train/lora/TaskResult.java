package ham.train.lora;

import ham.merge.adapter.LoraFactors;
import ham.merge.head.LinearHead;
import ham.merge.join.Importance;
import java.util.List;
import java.util.SortedMap;

/**
 * What learning a task gave.
 *
 * @param factors the adapter, weight name to A [r, in], B [out, r] and scaling; not pruned
 * @param alpha the task's importance: with {@link ScalarScope#PER_LAYER} a scalar for each of its layers
 * @param groupAlphas the groups' importance after this task, in the groups' order: with {@link ScalarScope#PER_LAYER} a scalar for each
 *     layer that a group changes
 * @param head linear head over the task's own classes
 * @param epochs one entry an epoch
 * @param imagesPerSecond training throughput of this process, image preparation included
 * @param secondsBefore that earlier processes trained, as far as their work was saved
 */
public record TaskResult(
        SortedMap<String, LoraFactors> factors,
        Importance alpha,
        List<Importance> groupAlphas,
        LinearHead head,
        List<EpochResult> epochs,
        double imagesPerSecond,
        double secondsBefore) {}
