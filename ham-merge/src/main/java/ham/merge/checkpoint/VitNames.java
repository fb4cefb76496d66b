package ham.merge.checkpoint;

/**
 * Tensor names of a Hugging Face ViT checkpoint.
 *
 * @param prefix {@code "vit."} for a classifier checkpoint, empty for a bare {@code ViTModel}
 */
public record VitNames(String prefix) {
    public String clsToken() {
        return prefix + "embeddings.cls_token";
    }

    public String positionEmbeddings() {
        return prefix + "embeddings.position_embeddings";
    }

    public String patchWeight() {
        return prefix + "embeddings.patch_embeddings.projection.weight";
    }

    public String patchBias() {
        return prefix + "embeddings.patch_embeddings.projection.bias";
    }

    public String finalNormWeight() {
        return prefix + "layernorm.weight";
    }

    public String finalNormBias() {
        return prefix + "layernorm.bias";
    }

    /** Weight [classes, d] of the classifier; absent from a bare backbone. */
    public String classifierWeight() {
        return "classifier.weight";
    }

    /** Bias [classes] of the classifier; absent from a bare backbone. */
    public String classifierBias() {
        return "classifier.bias";
    }

    /** Weight of the LayerNorm before the attention of a block. */
    public String normBeforeWeight(int block) {
        return block(block) + "layernorm_before.weight";
    }

    public String normBeforeBias(int block) {
        return block(block) + "layernorm_before.bias";
    }

    /** Weight of the LayerNorm before the MLP of a block. */
    public String normAfterWeight(int block) {
        return block(block) + "layernorm_after.weight";
    }

    public String normAfterBias(int block) {
        return block(block) + "layernorm_after.bias";
    }

    /** Weight [out, in] of a linear layer of a block. */
    public String weight(int block, Target target) {
        return block(block) + target.module() + ".weight";
    }

    /** Bias [out] of a linear layer of a block. */
    public String bias(int block, Target target) {
        return block(block) + target.module() + ".bias";
    }

    private String block(int block) {
        return prefix + "encoder.layer." + block + ".";
    }
}
