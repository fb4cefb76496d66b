package ham.merge.checkpoint;

/** What a Vision Transformer is made of, whatever a file calls it: single tensors, and modules with a weight and mostly a bias. */
public enum VitPart {
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
    /** LayerNorm before the attention of a block. */
    NORM_BEFORE,
    /** LayerNorm before the MLP of a block. */
    NORM_AFTER,
    /** LayerScale [d] of a block's attention. */
    ATTENTION_SCALE,
    /** LayerScale [d] of a block's MLP. */
    MLP_SCALE,
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
    /** Second layer of a block's MLP. */
    FC2,
    /** The last LayerNorm. */
    FINAL_NORM,
    /** Pooler of a bare model, which image classification never reads. */
    POOLER,
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
    public boolean covers(VitPart other) {
        return this == other || (this == QKV && other.third() >= 0);
    }
}
