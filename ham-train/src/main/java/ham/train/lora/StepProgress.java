package ham.train.lora;

/**
 * Where training stands after a step.
 *
 * @param step from 1
 * @param steps of the whole task
 * @param epoch from 1
 * @param loss of this step's batch
 * @param imagesPerSecond over the task so far
 */
public record StepProgress(int step, int steps, int epoch, double loss, double imagesPerSecond) {}
