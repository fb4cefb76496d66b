package ham.merge.checkpoint;

/**
 * What sets one member of the ViT family apart from another. The sequence is class token, distillation token, register tokens, patches, as
 * far as they are there.
 *
 * @param classToken whether there is a class token
 * @param distillationToken whether there is a distillation token (DeiT)
 * @param registers number of register tokens (arXiv 2309.16588)
 * @param prefixHasPositions whether position embeddings are added to all tokens; otherwise to the patches only
 * @param layerScale whether the output of attention and MLP is multiplied by a vector (arXiv 2103.17239)
 * @param pooling what the classifier reads
 * @param normAfterPooling whether the final LayerNorm comes after the pooling instead of before
 */
public record VitForm(
        boolean classToken,
        boolean distillationToken,
        int registers,
        boolean prefixHasPositions,
        boolean layerScale,
        Pooling pooling,
        boolean normAfterPooling) {
    /** The ViT of arXiv 2010.11929. */
    public static final VitForm PLAIN = new VitForm(true, false, 0, true, false, Pooling.CLASS_TOKEN, false);

    /** The DeiT of arXiv 2012.12877, read through the tokens that {@code pooling} says. */
    static VitForm distilled(Pooling pooling) {
        return new VitForm(true, true, 0, true, false, pooling, false);
    }

    /** Number of tokens before the patches. */
    public int prefixTokens() {
        return (classToken ? 1 : 0) + (distillationToken ? 1 : 0) + registers;
    }
}
