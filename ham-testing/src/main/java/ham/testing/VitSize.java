package ham.testing;

/**
 * How large a model is.
 *
 * @param blocks how many
 * @param width of a token
 * @param heads of attention
 * @param mlp width inside an MLP
 * @param side pixels of an image
 * @param patch pixels of a patch
 * @param classes of the classifier, 0 for none
 */
public record VitSize(int blocks, int width, int heads, int mlp, int side, int patch, int classes) {
    /** Three blocks, five classes. */
    public static final VitSize TINY = new VitSize(3, 16, 2, 24, 12, 4, 5);

    /** Two blocks that only give features. */
    public static final VitSize BACKBONE = new VitSize(2, 16, 2, 32, 8, 4, 0);

    /** How many patches an image has. */
    public int patches() {
        return (side / patch) * (side / patch);
    }

    /** Values of an image. */
    public int pixels() {
        return 3 * side * side;
    }
}
