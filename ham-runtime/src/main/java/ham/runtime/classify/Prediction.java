package ham.runtime.classify;

/**
 * One class that a classifier considers.
 *
 * @param index number of the class, from 0
 * @param label its label
 * @param probability softmax over all classes, 0..1
 * @param logit the model's own number
 */
public record Prediction(int index, String label, double probability, double logit) {}
