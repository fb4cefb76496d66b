package ham.runtime.classify;

/**
 * One class that a classifier considers.
 *
 * @param index number of the class, from 0
 * @param label its label
 * @param probability its score, 0..1: softmax over all classes, or its own sigmoid; the number itself where nothing makes a score of it
 * @param logit the model's own number; what it would be where the model gives probabilities
 */
public record Prediction(int index, String label, double probability, double logit) {}
