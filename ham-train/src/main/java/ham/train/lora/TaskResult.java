package ham.train.lora;

import ham.merge.adapter.LoraFactors;
import ham.merge.head.LinearHead;
import java.util.List;
import java.util.SortedMap;

/**
 * What learning a task gave.
 *
 * @param factors the adapter, weight name to A [r, in], B [out, r] and scaling; not pruned
 * @param alpha the task's importance scalar; with {@link ScalarScope#PER_LAYER} the mean of its layers' scalars
 * @param groupAlphas the groups' scalars after this task, in the groups' order; with {@link ScalarScope#PER_LAYER} means over the
 *     layers that a group changes
 * @param layerAlphas weight name to the task's scalar of that layer; empty with {@link ScalarScope#SHARED}
 * @param groupLayerAlphas for every group weight name to its scalar of that layer; empty maps with {@link ScalarScope#SHARED}
 * @param head linear head over the task's own classes
 * @param epochs one entry an epoch
 * @param imagesPerSecond training throughput of this process, image preparation included
 * @param secondsBefore that earlier processes trained, as far as their work was saved
 */
public record TaskResult(
        SortedMap<String, LoraFactors> factors,
        double alpha,
        List<Double> groupAlphas,
        SortedMap<String, Double> layerAlphas,
        List<SortedMap<String, Double>> groupLayerAlphas,
        LinearHead head,
        List<EpochResult> epochs,
        double imagesPerSecond,
        double secondsBefore) {}
