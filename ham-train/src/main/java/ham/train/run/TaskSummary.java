package ham.train.run;

import ham.merge.method.Step;
import java.util.Map;

/**
 * What a finished task gave.
 *
 * @param task from 0
 * @param tasks of the whole run
 * @param loss mean training loss of the last epoch
 * @param imagesPerSecond training throughput
 * @param step where the adapter went
 * @param accuracy of the merged model over all classes seen so far, by variant ({@link Variants})
 */
public record TaskSummary(
        int task, int tasks, double loss, double imagesPerSecond, Step step, Map<String, Double> accuracy) {}
