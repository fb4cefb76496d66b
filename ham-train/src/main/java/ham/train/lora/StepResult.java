package ham.train.lora;

/**
 * What a step found out.
 *
 * @param loss mean cross-entropy of the batch, before the parameters changed
 * @param correct images whose largest logit is their target
 * @param gradient sum of the absolute values of all gradients: finite if and only if they all are
 */
record StepResult(double loss, int correct, double gradient) {}
