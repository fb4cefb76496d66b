package ham.train.lora;

import java.util.List;

/**
 * What one step found out; nothing has been changed yet.
 *
 * @param loss mean cross-entropy of the batch
 * @param correct images whose largest logit is their target
 * @param gradients of the mean loss, one array a parameter, in the order of {@link TaskParameters#all()}
 */
record StepResult(double loss, int correct, List<float[]> gradients) {}
