package ham.train.lora;

import ham.merge.adapter.LoraFactors;
import ham.merge.head.LinearHead;
import java.util.List;
import java.util.SortedMap;

/**
 * What learning a task gave.
 *
 * @param factors the adapter, weight name to A [r, in], B [out, r] and scaling; not pruned
 * @param alpha the task's importance scalar
 * @param groupAlphas the groups' scalars after this task, in the groups' order
 * @param head linear head over the task's own classes
 * @param epochs one entry an epoch
 * @param imagesPerSecond training throughput, image preparation included
 */
public record TaskResult(
        SortedMap<String, LoraFactors> factors,
        double alpha,
        List<Double> groupAlphas,
        LinearHead head,
        List<EpochResult> epochs,
        double imagesPerSecond) {}
