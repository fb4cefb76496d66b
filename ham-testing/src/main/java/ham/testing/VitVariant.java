package ham.testing;

/**
 * A member of the ViT family.
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
public record VitVariant(
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
    /** Has what the letters say: T timm, c class token, d distillation, r registers, p patchPositions, s layerScale, b qkvBias, m mean, n normAfter, w teacher. */
    public static VitVariant of(String letters) {
        return new VitVariant(
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

    /** What is added to a variance before its root is taken, where nothing else is said. */
    public double eps() {
        return timm ? 1e-6 : 1e-3;
    }

    /** Tokens before those of patches. */
    public int prefix() {
        return (classToken ? 1 : 0) + (distillation ? 1 : 0) + registers;
    }
}
