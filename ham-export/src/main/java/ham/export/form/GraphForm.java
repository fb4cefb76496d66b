package ham.export.form;

import ham.merge.InputException;
import java.util.Locale;

/**
 * What a model takes and gives.
 *
 * @param input the images
 * @param output the answer
 * @param top how many classes {@link Output#TOP_K} gives, at least 1
 * @param features whether the feature [batch, d] that the classifier reads is an output too, {@value FormNames#FEATURES}
 */
public record GraphForm(Input input, Output output, int top, boolean features) {
    /** As every exporter writes it: normalised pixels in, logits out. */
    public static final GraphForm PLAIN = new GraphForm(Input.FLOAT, Output.LOGITS, 1, false);

    /** What images look like when they come in. */
    public enum Input {
        /** {@code pixel_values} float32 [batch, 3, side, side], resized and normalised by the caller. */
        FLOAT,
        /** {@value FormNames#IMAGES} uint8 [batch, height, width, 3], red, green, blue, of any size. */
        UINT8
    }

    /** What the answer is. */
    public enum Output {
        /** {@code logits} [batch, classes]. */
        LOGITS,
        /** {@value FormNames#PROBABILITIES} [batch, classes]: the softmax of the logits, or their sigmoid where every class counts for itself. */
        PROBABILITIES,
        /** {@value FormNames#TOP_PROBABILITIES} and {@value FormNames#TOP_INDICES} [batch, k], best first. */
        TOP_K;

        /** The name that options and metadata use: {@code top-k}. */
        public String optionName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        @Override
        public String toString() {
            return optionName();
        }
    }

    /**
     * Checks the number.
     *
     * @throws InputException when {@code top} is below 1
     */
    public GraphForm {
        if (top < 1) {
            throw InputException.parameter("top", "expected at least 1 class, found " + top);
        }
    }
}
