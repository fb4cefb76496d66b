package ham.merge.checkpoint;

import java.util.Optional;

/**
 * What a checkpoint calls the parts of a ViT. A module has a {@code .weight} and mostly a {@code .bias}; where query, key and value are fused
 * into one tensor, their names here are Hugging Face's and mean rows of that tensor ({@link #fused}).
 */
public sealed interface VitNames permits HuggingFaceNames, TimmNames {
    /** What a model with such names is called in messages. */
    String family();

    /** Class token [1, 1, d]. */
    String clsToken();

    /** Distillation token [1, 1, d]. */
    String distillationToken();

    /** Register tokens [1, registers, d]. */
    String registerTokens();

    /** Position embeddings [1, tokens or patches, d]. */
    String positionEmbeddings();

    /** Module of the patch embedding: weight [d, 3, patch, patch]. */
    String patch();

    /** Module of the last LayerNorm. */
    String finalNorm();

    /** Module of the classifier, weight [classes, d]; absent from a bare backbone. */
    String classifier();

    /** Module of the classifier behind the distillation token. */
    String distillationClassifier();

    /** Module of the LayerNorm before the attention of a block. */
    String normBefore(int block);

    /** Module of the LayerNorm before the MLP of a block. */
    String normAfter(int block);

    /** LayerScale [d] of a block's attention. */
    String attentionScale(int block);

    /** LayerScale [d] of a block's MLP. */
    String mlpScale(int block);

    /** Module of a linear layer of a block. */
    String linear(int block, Target target);

    /** Module that holds query, key and value of a block below each other; empty where they are modules of their own. */
    Optional<String> fused(int block);

    /** Whether a tensor of that name belongs to such a checkpoint although image classification never reads it. */
    boolean isUnused(String tensor);

    default String patchWeight() {
        return patch() + ".weight";
    }

    default String patchBias() {
        return patch() + ".bias";
    }

    default String finalNormWeight() {
        return finalNorm() + ".weight";
    }

    default String finalNormBias() {
        return finalNorm() + ".bias";
    }

    default String classifierWeight() {
        return classifier() + ".weight";
    }

    default String classifierBias() {
        return classifier() + ".bias";
    }

    default String normBeforeWeight(int block) {
        return normBefore(block) + ".weight";
    }

    default String normBeforeBias(int block) {
        return normBefore(block) + ".bias";
    }

    default String normAfterWeight(int block) {
        return normAfter(block) + ".weight";
    }

    default String normAfterBias(int block) {
        return normAfter(block) + ".bias";
    }

    /** Weight [out, in] of a linear layer of a block. */
    default String weight(int block, Target target) {
        return linear(block, target) + ".weight";
    }

    /** Bias [out] of a linear layer of a block. */
    default String bias(int block, Target target) {
        return linear(block, target) + ".bias";
    }
}
