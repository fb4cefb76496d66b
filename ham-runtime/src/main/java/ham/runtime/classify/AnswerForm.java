package ham.runtime.classify;

import ham.runtime.ModelException;
import ham.runtime.model.Model;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a classifier's outputs mean: logits unless its metadata ({@value #METADATA_KEY}) or the end of its graph says otherwise. All forms are brought to one row of
 * numbers a class: logits as they are, or the natural logarithms of probabilities, which are logits of the same probabilities.
 */
public enum AnswerForm {
    /** The first output [batch, classes]. */
    LOGITS("logits"),
    /** The first output [batch, classes], a softmax or sigmoid. */
    PROBABILITIES("probabilities"),
    /** The first output [batch, k], probabilities, best first, and the second, the int64 numbers of their classes. */
    TOP_K("top-k");

    /** Key of the form in a model's metadata. */
    public static final String METADATA_KEY = "ham.output";

    /** Key of the name of the output that holds the classes, in the metadata of a model whose exporter was told it. */
    public static final String LOGITS_KEY = "ham.logits";

    /** Stands for the logarithm of a probability that is 0 or not told: that of the smallest float. */
    static final float LEAST = (float) Math.log(Float.MIN_VALUE);

    private final String label;

    AnswerForm(String label) {
        this.label = label;
    }

    /**
     * The form that a model's metadata tells; empty where they tell none.
     *
     * @throws ModelException when it is not known here
     */
    static Optional<AnswerForm> told(Model model) {
        String label = model.metadata().get(METADATA_KEY);
        if (label == null) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(values())
                .filter(each -> each.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new ModelException(model.name() + ", metadata " + METADATA_KEY
                        + ": expected logits, probabilities or top-k, found " + label + ".")));
    }
}
