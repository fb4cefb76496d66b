package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.classify.AnswerForm;
import ham.runtime.model.Model;
import ham.runtime.tensor.Tensor;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The outputs of a run as probabilities of classes, row by row. As {@link ham.runtime.classify.Classifier} has it: a softmax in double over logits, or
 * the probabilities that the model gives.
 */
final class OutputProbabilities {
    private final String model;
    private final AnswerForm form;
    private final List<Tensor> outputs;
    private final float[] values;
    private final int width;
    private final int classes;

    /** Reads the first output of a run, [rows, classes] or [rows, k]. */
    OutputProbabilities(Model model, List<Tensor> outputs, int classes) {
        this.model = model.name();
        this.outputs = outputs;
        this.classes = classes;
        this.form = form(model);
        Tensor first = outputs.get(0);
        this.values = first.floats();
        this.width = first.shape().size() == 2 ? Math.toIntExact(first.shape().get(1)) : -1;
        if (width < 0 || (form != AnswerForm.TOP_K && width != classes)) {
            throw new ModelException(this.model + ": expected " + classes + " numbers a row, as many as labels, found "
                    + "an output of shape " + first.shape() + ".");
        }
    }

    /** The form that the metadata names; the names are those of the constants, with a hyphen. */
    private static AnswerForm form(Model model) {
        String label = model.metadata().get(AnswerForm.METADATA_KEY);
        if (label == null) {
            return AnswerForm.LOGITS;
        }
        for (AnswerForm form : AnswerForm.values()) {
            if (form.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(label)) {
                return form;
            }
        }
        throw new ModelException(
                model.name() + ", metadata " + AnswerForm.METADATA_KEY + ": found unknown " + label + ".");
    }

    /**
     * Probabilities of all classes of a row; 0 for those that the model does not tell.
     *
     * @throws ModelException when they are not finite
     */
    double[] probabilities(int row) {
        double[] all = new double[classes];
        int from = row * width;
        double largest = 0;
        if (form == AnswerForm.LOGITS) {
            largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < width; i++) {
                largest = Math.max(largest, values[from + i]);
            }
        }
        double sum = 0;
        for (int i = 0; i < width; i++) {
            double value = values[from + i];
            if (!Double.isFinite(value) && (form != AnswerForm.LOGITS || !Double.isFinite(largest))) {
                throw new ModelException(model + ": expected finite numbers, found " + value + ".");
            }
            all[index(from + i, i)] = form == AnswerForm.LOGITS ? Math.exp(value - largest) : value;
            sum += form == AnswerForm.LOGITS ? Math.exp(value - largest) : 0;
        }
        if (form == AnswerForm.LOGITS) {
            for (int i = 0; i < classes; i++) {
                all[i] /= sum;
            }
        }
        return all;
    }

    private int index(int place, int column) {
        if (form != AnswerForm.TOP_K) {
            return column;
        }
        LongBuffer indices = outputs.get(1).data().asLongBuffer();
        long index = indices.get(place);
        if (index < 0 || index >= classes) {
            throw new ModelException(
                    model + ": expected numbers of classes below " + classes + ", found " + index + ".");
        }
        return (int) index;
    }

    /** Numbers of the most probable classes, best first; equal ones in the order of their numbers. */
    static int[] best(double[] probabilities, int k) {
        int count = Math.min(k, probabilities.length);
        if (count == 1) {
            int best = 0;
            for (int i = 1; i < probabilities.length; i++) {
                if (probabilities[i] > probabilities[best]) {
                    best = i;
                }
            }
            return new int[] {best};
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < probabilities.length; i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble((Integer i) -> -probabilities[i]).thenComparing(i -> i));
        return order.stream().limit(count).mapToInt(Integer::intValue).toArray();
    }

    /** One row of an output of numbers, flat. */
    static double[] row(float[] values, int rows, int row) {
        int width = values.length / rows;
        float[] part = Arrays.copyOfRange(values, row * width, (row + 1) * width);
        double[] doubles = new double[width];
        for (int i = 0; i < width; i++) {
            doubles[i] = part[i];
        }
        return doubles;
    }
}
