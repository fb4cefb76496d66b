package ham.merge.encoder;

/** What goes into an encoder. */
public sealed interface EncoderInput {
    /** Name of normalised images [n, channels, side, side]. */
    String PIXELS = "pixel_values";
    /** Name of token numbers [n, t]. */
    String IDS = "input_ids";
    /** Name of the mask [n, t]: 1 for a token, 0 for padding. */
    String MASK = "attention_mask";

    /**
     * Square images.
     *
     * @param side in pixels
     * @param channels colour channels
     */
    record Images(int side, int channels) implements EncoderInput {}

    /**
     * Tokens of a text.
     *
     * @param vocabulary number of tokens that there are
     * @param longest most tokens of a text, special ones included
     * @param padding number of the token that fills up shorter texts
     */
    record Text(int vocabulary, int longest, int padding) implements EncoderInput {}
}
