package ham.merge.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What sets one member of the ViT family apart from another. The sequence is class token, distillation token, register tokens, patches, as
 * far as they are there.
 *
 * @param classToken whether there is a class token
 * @param distillationToken whether there is a distillation token (DeiT)
 * @param registers number of register tokens (arXiv 2309.16588)
 * @param prefixHasPositions whether position embeddings are added to all tokens; otherwise to the patches only
 * @param normBefore whether the tokens are normalised before the first block, and patches have no bias (CLIP)
 * @param layerScale whether the output of attention and MLP is multiplied by a vector (arXiv 2103.17239)
 * @param mlp of every block
 * @param pooling what the classifier reads
 * @param probe whether a learnt token collects the feature from the patches by attention in place of their mean (SigLIP)
 * @param normAfterPooling whether the final LayerNorm comes after the pooling instead of before
 */
public record VitForm(
        boolean classToken,
        boolean distillationToken,
        int registers,
        boolean prefixHasPositions,
        boolean normBefore,
        boolean layerScale,
        VitMlp mlp,
        Pooling pooling,
        boolean probe,
        boolean normAfterPooling) {
    /** The ViT of arXiv 2010.11929. */
    public static final VitForm PLAIN = form(false, Pooling.CLASS_TOKEN);

    /** The DeiT of arXiv 2012.12877, read through the tokens that {@code pooling} says. */
    static VitForm distilled(Pooling pooling) {
        return form(true, pooling);
    }

    private static VitForm form(boolean distillationToken, Pooling pooling) {
        return new VitForm(true, distillationToken, 0, true, false, false, VitMlp.PLAIN, pooling, false, false);
    }

    /** Whether the faster ways of ViTs hold, for training and for graphs; the others go by their description as an encoder only. */
    boolean isCommon() {
        return !normBefore && mlp.equals(VitMlp.PLAIN) && !probe;
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
        if (normBefore) {
            extras.add("a norm before the first block");
        }
        if (layerScale) {
            extras.add("LayerScale");
        }
        if (!mlp.equals(VitMlp.PLAIN)) {
            extras.add(
                    "an MLP with " + mlp.activation().name().toLowerCase(Locale.ROOT) + (mlp.packed() ? " gates" : ""));
        }
        if (pooling == Pooling.PATCH_MEAN) {
            extras.add(probe ? "pooling by attention" : "mean pooling");
        }
        if (normAfterPooling) {
            extras.add("a norm after the pooling");
        }
        return String.join(", ", extras);
    }
}
