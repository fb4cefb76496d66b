package ham.merge.checkpoint;

import ham.merge.encoder.Activation;

/**
 * The MLP of a ViT's block.
 *
 * @param activation its function
 * @param packed whether the first layer gives twice as many values as the second takes, the activated first half to be multiplied with the other
 *     (SwiGLU, arXiv 2002.05202, as timm packs it)
 */
public record VitMlp(Activation activation, boolean packed) {
    /** Two layers with the exact GELU between. */
    public static final VitMlp PLAIN = new VitMlp(Activation.GELU, false);
}
