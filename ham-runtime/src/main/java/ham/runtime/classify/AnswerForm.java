package ham.runtime.classify;

import ham.runtime.ModelException;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

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
     * One image's row of the outputs of a run.
     *
     * @throws ModelException when there are not as many numbers as images and classes ask for
     */
    Answer answer(String model, Bound bound, int image, List<String> labels) {
        List<Tensor> outputs = bound.outputs();
        List<Long> shape = outputs.get(0).shape();
        if (shape.size() != 2 || shape.get(0) <= image || (this != TOP_K && shape.get(1) != labels.size())) {
            throw new ModelException(model + ": expected " + labels.size()
                    + " numbers an image, as many as labels, found an output of shape " + shape + ".");
        }
        int width = Math.toIntExact(shape.get(1));
        LongBuffer indices = this == TOP_K ? outputs.get(1).data().asLongBuffer() : null;
        return new Answer(model, this, bound.output(), indices, image * width, width, labels);
    }
}
