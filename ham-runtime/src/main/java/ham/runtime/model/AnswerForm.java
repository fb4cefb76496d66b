package ham.runtime.model;

import ham.runtime.ModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a classifier's outputs mean: logits unless its metadata ({@value #METADATA_KEY}) says otherwise. All forms are brought to one row of
 * numbers a class: logits as they are, or the natural logarithms of probabilities, which are logits of the same probabilities.
 */
public enum AnswerForm {
    /** The first output [batch, classes]. */
    LOGITS("logits"),
    /** The first output [batch, classes], a softmax. */
    PROBABILITIES("probabilities"),
    /** The first output [batch, k], probabilities, best first, and the second, the int64 numbers of their classes. */
    TOP_K("top-k");

    /** Key of the form in a model's metadata. */
    public static final String METADATA_KEY = "ham.output";

    /** Stands for the logarithm of a probability that is 0 or not told: that of the smallest float. */
    static final float LEAST = (float) Math.log(Float.MIN_VALUE);

    private final String label;

    AnswerForm(String label) {
        this.label = label;
    }

    /**
     * The form of a model.
     *
     * @throws ModelException when it is not known here, or the outputs are not of that form
     */
    static AnswerForm of(Model model, int classes) {
        String label = model.metadata().getOrDefault(METADATA_KEY, LOGITS.label);
        AnswerForm form = Arrays.stream(values())
                .filter(each -> each.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new ModelException(model.name() + ", metadata " + METADATA_KEY
                        + ": expected logits, probabilities or top-k, found " + label + "."));
        form.check(model, classes);
        return form;
    }

    private void check(Model model, int classes) {
        List<TensorSpec> outputs = model.outputs();
        TensorSpec first = outputs.get(0);
        if (!first.dtype().equals(ElementType.FLOAT32.label())) {
            throw new ModelException(model.name() + ": expected " + first.name() + " to be of type float32, found "
                    + first.dtype() + ".");
        }
        if (this == TOP_K) {
            if (outputs.size() < 2 || !outputs.get(1).dtype().equals(ElementType.INT64.label())) {
                throw new ModelException(model.name() + ": expected probabilities and int64 numbers of classes, found "
                        + outputs.size() + " outputs of other types.");
            }
        } else if (first.shape().size() != 2
                || (first.shape().get(1) >= 0 && first.shape().get(1) != classes)) {
            throw new ModelException(model.name() + ": expected " + first.name() + " to be of shape [batch, " + classes
                    + "] as there are " + classes + " labels, found " + first.shapeText() + ".");
        }
    }

    /**
     * One row an image: [images][classes].
     *
     * @param outputs of a run, in the order of the graph
     * @throws ModelException when there are not as many numbers as images and classes ask for
     */
    float[][] rows(String model, Map<String, Tensor> outputs, int images, int classes) {
        List<Tensor> inOrder = List.copyOf(outputs.values());
        float[] values = inOrder.get(0).floats();
        int width = images == 0 ? 0 : values.length / images;
        if (values.length != images * width || (this != TOP_K && width != classes)) {
            throw new ModelException(model + ": expected " + classes + " numbers an image, as many as labels, found "
                    + values.length + " for " + images + " images.");
        }
        float[][] rows = new float[images][];
        for (int image = 0; image < images; image++) {
            float[] row = Arrays.copyOfRange(values, image * width, (image + 1) * width);
            rows[image] = switch (this) {
                case LOGITS -> row;
                case PROBABILITIES -> logarithms(row);
                case TOP_K -> spread(model, logarithms(row), inOrder.get(1).longs(), image * width, classes);
            };
        }
        return rows;
    }

    /** Whether the exponentials of a row are probabilities as they stand. */
    boolean normalised() {
        return this != LOGITS;
    }

    private static float[] logarithms(float[] probabilities) {
        for (int i = 0; i < probabilities.length; i++) {
            float logarithm = (float) Math.log(probabilities[i]);
            probabilities[i] = probabilities[i] == 0 ? LEAST : logarithm;
        }
        return probabilities;
    }

    private static float[] spread(String model, float[] values, long[] indices, int from, int classes) {
        float[] row = new float[classes];
        Arrays.fill(row, LEAST);
        for (int i = 0; i < values.length; i++) {
            long index = indices[from + i];
            if (index < 0 || index >= classes) {
                throw new ModelException(
                        model + ": expected numbers of classes below " + classes + ", found " + index + ".");
            }
            row[(int) index] = values[i];
        }
        return row;
    }
}
