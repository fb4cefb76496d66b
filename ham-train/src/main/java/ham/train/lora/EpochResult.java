package ham.train.lora;

/**
 * One pass over a task's training images, measured while training.
 *
 * @param loss mean cross-entropy
 * @param accuracy fraction of images whose largest logit among the task's classes was right
 */
public record EpochResult(double loss, double accuracy) {}
