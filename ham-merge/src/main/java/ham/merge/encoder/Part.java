package ham.merge.encoder;

/** What an encoder is made of, whatever a file calls it: single tensors, and modules with a weight and mostly a bias. */
public enum Part {
    /** Class token [1, 1, d]. */
    CLASS_TOKEN,
    /** Distillation token [1, 1, d]. */
    DISTILLATION_TOKEN,
    /** Register tokens [1, registers, d]. */
    REGISTER_TOKENS,
    /** Position embeddings [1, tokens or patches, d]. */
    POSITIONS,
    /** Patch embedding, weight [d, 3, patch, patch]. */
    PATCH,
    /** LayerNorm of a block's attention: before it, or behind its residual. */
    NORM_BEFORE,
    /** LayerNorm of a block's MLP: before it, or behind its residual. */
    NORM_AFTER,
    /** LayerScale [d] of a block's attention. */
    ATTENTION_SCALE,
    /** LayerScale [d] of a block's MLP. */
    MLP_SCALE,
    /** Numbers [rows, heads] added to the scores of a block by the places of two tokens. */
    RELATIVE_BIAS,
    /** Query, key and value of a block in one layer, below each other. */
    QKV,
    /** Query of a block. */
    QUERY,
    /** Key of a block. */
    KEY,
    /** Value of a block. */
    VALUE,
    /** Output projection of a block's attention. */
    ATTENTION_OUTPUT,
    /** First layer of a block's MLP. */
    FC1,
    /** The layer beside {@link #FC1} whose activated values are multiplied with its own, in a gated MLP. */
    GATE,
    /** Second layer of a block's MLP. */
    FC2,
    /** The same for all blocks. */
    SHARED_RELATIVE_BIAS,
    /** The last LayerNorm. */
    FINAL_NORM,
    /** A layer behind the pooled token: of a bare ViT one that image classification never reads. */
    POOLER,
    /** Projection [projected, d] of the pooled feature into a space that is shared with another encoder. */
    PROJECTION,
    /** Classifier, weight [classes, d]. */
    CLASSIFIER,
    /** Classifier behind the distillation token. */
    DISTILLATION_CLASSIFIER;

    /** Whether every block has one. */
    public boolean inBlock() {
        return compareTo(NORM_BEFORE) >= 0 && compareTo(FC2) <= 0;
    }

    /** Which third of a fused layer this is: 0 for query, 1 for key, 2 for value, else -1. */
    public int third() {
        return switch (this) {
            case QUERY -> 0;
            case KEY -> 1;
            case VALUE -> 2;
            default -> -1;
        };
    }

    /** Whether this layer is the other, or holds it as a third of itself. */
    public boolean covers(Part other) {
        return this == other || (this == QKV && other.third() >= 0);
    }
}
