package ham.export.variant;

/**
 * A member of the ViT family: width 16, 2 heads, 3 blocks, 12 x 12 pixels in patches of 4, 5 classes.
 *
 * @param timm whether its files are timm's; otherwise Hugging Face's
 * @param classToken whether there is a class token
 * @param distillation whether there is a distillation token
 * @param registers number of register tokens
 * @param patchPositions whether only patches have positions
 * @param layerScale whether there is LayerScale
 * @param qkvBias whether query, key and value have a bias
 * @param mean whether patches are averaged
 * @param normAfter whether the last norm comes after that
 * @param teacher whether class and distillation token have a classifier each
 */
public record Variant(
        boolean timm,
        boolean classToken,
        boolean distillation,
        int registers,
        boolean patchPositions,
        boolean layerScale,
        boolean qkvBias,
        boolean mean,
        boolean normAfter,
        boolean teacher) {
    static final int WIDTH = 16;
    static final int HEADS = 2;
    static final int BLOCKS = 3;
    static final int MLP = 24;
    static final int SIDE = 12;
    static final int PATCH = 4;
    static final int PATCHES = 9;
    static final int CLASSES = 5;

    /** Has what the letters say: T timm, c class token, d distillation, r registers, p patchPositions, s layerScale, b qkvBias, m mean, n normAfter, w teacher. */
    public static Variant of(String letters) {
        return new Variant(
                letters.contains("T"),
                letters.contains("c"),
                letters.contains("d"),
                letters.contains("r") ? 3 : 0,
                letters.contains("p"),
                letters.contains("s"),
                letters.contains("b"),
                letters.contains("m"),
                letters.contains("n"),
                letters.contains("w"));
    }

    double eps() {
        return timm ? 1e-6 : 1e-3;
    }

    int prefix() {
        return (classToken ? 1 : 0) + (distillation ? 1 : 0) + registers;
    }

    int tokens() {
        return prefix() + PATCHES;
    }
}
