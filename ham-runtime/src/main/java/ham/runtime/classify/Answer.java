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
 * @param values the first output, [images, width]
 * @param indices the numbers of classes beside it where the form is {@link AnswerForm#TOP_K}, else null
 * @param from where the row begins
 * @param width how many numbers it has
 * @param labels of all classes
 */
record Answer(
        String model,
        AnswerForm form,
        FloatBuffer values,
        LongBuffer indices,
        int from,
        int width,
        List<String> labels) {
    /** Logits of all classes; natural logarithms of probabilities where there are no logits, {@link AnswerForm#LEAST} for what is not told. */
    float[] row() {
        float[] row = new float[labels.size()];
        Arrays.fill(row, AnswerForm.LEAST);
        for (int i = 0; i < width; i++) {
            float value = values.get(from + i);
            row[index(i)] = form == AnswerForm.LOGITS ? value : logarithm(value);
        }
        return row;
    }

    /** The {@code k} most probable classes, best first; equal ones in the order of their numbers. */
    List<Prediction> top(int k) {
        Ranking ranking = new Ranking(Math.min(k, width));
        double largest = form == AnswerForm.LOGITS ? largest() : 0;
        double sum = 0;
        for (int i = 0; i < width; i++) {
            float value = values.get(from + i);
            if (form == AnswerForm.LOGITS) {
                sum += Math.exp(value - largest);
            } else if (!Float.isFinite(value)) {
                throw new ModelException(model + ": expected finite probabilities, found " + value + ".");
            } else if (value <= 0) {
                continue;
            }
            ranking.offer(index(i), value);
        }
        Prediction[] predictions = new Prediction[ranking.size()];
        for (int place = 0; place < predictions.length; place++) {
            int index = ranking.index(place);
            float score = ranking.score(place);
            predictions[place] = form == AnswerForm.LOGITS
                    ? new Prediction(index, labels.get(index), Math.exp(score - largest) / sum, score)
                    : new Prediction(index, labels.get(index), score, logarithm(score));
        }
        return List.of(predictions);
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
