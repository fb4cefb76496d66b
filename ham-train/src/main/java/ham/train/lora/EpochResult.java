package ham.train.lora;

/**
 * One pass over a task's training images, measured while training.
 *
 * @param loss mean of what is minimised: cross-entropy over the task's classes; with replayed states over all classes so far, of images and
 *     states, and what their features move
 * @param accuracy fraction of images whose largest logit was right, among the task's classes or, with replay, all so far
 */
public record EpochResult(double loss, double accuracy) {}
