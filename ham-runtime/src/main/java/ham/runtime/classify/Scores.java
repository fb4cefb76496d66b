package ham.runtime.classify;

import ham.runtime.ModelException;
import java.util.Arrays;
import java.util.Locale;

/** What makes a score of each number that a classifier gives. */
public enum Scores {
    /** One class of all: the scores sum to 1. */
    SOFTMAX,
    /** Each class for itself, as for several labels an image, or for a yes or no: 1 / (1 + exp(-x)). */
    SIGMOID,
    /** Nothing: the number is the score. */
    NONE;

    /** Key in a model's metadata: {@code single_label_classification}, {@code multi_label_classification} or {@code regression}, as transformers. */
    public static final String METADATA_KEY = "ham.problem_type";

    private static final String MULTI_LABEL = "multi_label_classification";

    /** The name that people type. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one with the given {@link #label}.
     *
     * @throws ModelException if there is none
     */
    public static Scores ofLabel(String label) {
        return Arrays.stream(values())
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow(() -> ModelException.parameter(
                        "scores", "expected auto, softmax, sigmoid or none, found '" + label + "'"));
    }

    /**
     * As transformers' pipeline for image classification chooses: sigmoid for several labels an image and for a lone number, else softmax.
     *
     * @param problemType of the model's configuration, or null
     */
    static Scores of(String problemType, int classes) {
        return MULTI_LABEL.equals(problemType) || classes == 1 ? SIGMOID : SOFTMAX;
    }
}
