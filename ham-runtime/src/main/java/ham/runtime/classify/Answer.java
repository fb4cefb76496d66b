package ham.runtime.classify;

import ham.runtime.ModelException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * One image's row in the outputs of a run.
 *
 * @param model what error messages call the model
 * @param form what the numbers mean
 * @param scores what makes, or has made, scores of them
 * @param values the output, [images, width]
 * @param indices the numbers of classes beside it where the form is {@link AnswerForm#TOP_K}, else null
 * @param from where the row begins
 * @param width how many numbers it has
 * @param labels of all classes
 */
public record Answer(
        String model,
        AnswerForm form,
        Scores scores,
        FloatBuffer values,
        LongBuffer indices,
        int from,
        int width,
        List<String> labels) {
    /** Logits of all classes; natural logarithms of probabilities where there are no logits, {@link AnswerForm#LEAST} for what is not told. */
    public float[] row() {
        float[] row = new float[labels.size()];
        Arrays.fill(row, AnswerForm.LEAST);
        for (int i = 0; i < width; i++) {
            float value = values.get(from + i);
            row[index(i)] = logit(value);
        }
        return row;
    }

    /**
     * Scores of all classes in the order of the labels, as {@link #top} has them; 0 for what is not told.
     *
     * @throws ModelException when a number is not finite
     */
    public double[] all() {
        double[] all = new double[labels.size()];
        boolean softmax = form == AnswerForm.LOGITS && scores == Scores.SOFTMAX;
        double largest = softmax ? largest() : 0;
        double sum = 0;
        for (int i = 0; i < width; i++) {
            float value = values.get(from + i);
            all[index(i)] = softmax ? Math.exp(value - largest) : score(finite(value));
            sum += softmax ? Math.exp(value - largest) : 0;
        }
        for (int i = 0; softmax && i < all.length; i++) {
            all[i] /= sum;
        }
        return all;
    }

    private float finite(float value) {
        if (!Float.isFinite(value)) {
            throw new ModelException(model + ": expected finite "
                    + (form == AnswerForm.LOGITS ? "logits" : "probabilities") + ", found " + value + ".");
        }
        return value;
    }

    /** The {@code k} best classes, best first; equal ones in the order of their numbers. */
    public List<Prediction> top(int k) {
        Ranking ranking = new Ranking(Math.min(k, width));
        boolean softmax = form == AnswerForm.LOGITS && scores == Scores.SOFTMAX;
        boolean exclusive = form != AnswerForm.LOGITS && scores == Scores.SOFTMAX;
        double largest = softmax ? largest() : 0;
        double sum = 0;
        for (int i = 0; i < width; i++) {
            float value = values.get(from + i);
            if (softmax) {
                sum += Math.exp(value - largest);
            } else if (finite(value) <= 0 && (exclusive || form == AnswerForm.TOP_K)) {
                continue;
            }
            ranking.offer(index(i), value);
        }
        Prediction[] predictions = new Prediction[ranking.size()];
        for (int place = 0; place < predictions.length; place++) {
            int index = ranking.index(place);
            float value = ranking.score(place);
            double score = softmax ? Math.exp(value - largest) / sum : score(value);
            predictions[place] = new Prediction(index, labels.get(index), score, logit(value));
        }
        return List.of(predictions);
    }

    /** The score of a number by itself. */
    private double score(float value) {
        return form == AnswerForm.LOGITS && scores == Scores.SIGMOID ? 1 / (1 + Math.exp(-value)) : value;
    }

    private float logit(float value) {
        if (form == AnswerForm.LOGITS || scores == Scores.NONE) {
            return value;
        }
        if (scores == Scores.SOFTMAX) {
            return logarithm(value);
        }
        return value >= 1
                ? -AnswerForm.LEAST
                : value <= 0 ? AnswerForm.LEAST : (float) (Math.log(value) - Math.log1p(-value));
    }

    /** Subtracted from all logits, so that no exponential overflows. */
    private double largest() {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            largest = Math.max(largest, values.get(from + i));
        }
        if (!Double.isFinite(largest)) {
            throw new ModelException(model + ": expected finite logits, found " + largest + ".");
        }
        return largest;
    }

    private int index(int column) {
        if (form != AnswerForm.TOP_K) {
            return column;
        }
        long index = indices.get(from + column);
        if (index < 0 || index >= labels.size()) {
            throw new ModelException(
                    model + ": expected numbers of classes below " + labels.size() + ", found " + index + ".");
        }
        return (int) index;
    }

    private static float logarithm(float probability) {
        return probability == 0 ? AnswerForm.LEAST : (float) Math.log(probability);
    }
}
