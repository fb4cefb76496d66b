package ham.merge.checkpoint;

import java.util.ArrayList;
import java.util.List;

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

    /** What it has, or lacks, that {@link #PLAIN} does not, in words; empty for the plain form. */
    public String extras() {
        List<String> extras = new ArrayList<>();
        if (!classToken) {
            extras.add("no class token");
        }
        if (distillationToken) {
            extras.add("a distillation token");
        }
        if (registers > 0) {
            extras.add(registers + " register tokens");
        }
        if (!prefixHasPositions) {
            extras.add("positions on patches only");
        }
        if (layerScale) {
            extras.add("LayerScale");
        }
        if (pooling == Pooling.PATCH_MEAN) {
            extras.add("mean pooling");
        }
        if (normAfterPooling) {
            extras.add("a norm after the pooling");
        }
        return String.join(", ", extras);
    }
}
