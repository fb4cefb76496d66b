package ham.runtime.model;

import ham.runtime.ModelException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** From logits to ranked predictions. The largest logit is subtracted first, so that no exponential overflows. */
final class Softmax {
    private Softmax() {}

    /** The {@code k} most probable classes, best first; equal logits in the order of their numbers. */
    static List<Prediction> top(float[] logits, List<String> labels, int k, String model) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        if (!Double.isFinite(largest)) {
            throw new ModelException(model + ": expected finite logits, found " + largest + ".");
        }
        double[] exponentials = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            exponentials[i] = Math.exp(logits[i] - largest);
            sum += exponentials[i];
        }
        double total = sum;
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -logits[i]))
                .limit(k)
                .map(i -> new Prediction(i, labels.get(i), exponentials[i] / total, logits[i]))
                .toList();
    }

    /** The same from the natural logarithms of probabilities. Classes whose probability is 0 or not told are left out. */
    static List<Prediction> topOfLogarithms(float[] logarithms, List<String> labels, int k, String model) {
        for (float each : logarithms) {
            if (!Float.isFinite(each)) {
                throw new ModelException(model + ": expected finite probabilities, found " + Math.exp(each) + ".");
            }
        }
        return IntStream.range(0, logarithms.length)
                .boxed()
                .filter(i -> logarithms[i] > AnswerForm.LEAST)
                .sorted(Comparator.comparingDouble(i -> -logarithms[i]))
                .limit(k)
                .map(i -> new Prediction(i, labels.get(i), Math.exp(logarithms[i]), logarithms[i]))
                .toList();
    }
}
