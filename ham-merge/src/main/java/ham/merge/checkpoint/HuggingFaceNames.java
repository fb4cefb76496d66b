package ham.merge.checkpoint;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names of Hugging Face's ViT and DeiT, as published checkpoints have them.
 *
 * @param prefix {@code "vit."} or {@code "deit."} for a classifier checkpoint, empty for a bare model
 * @param teacher whether there is a classifier for each of class and distillation token ({@code DeiTForImageClassificationWithTeacher})
 */
public record HuggingFaceNames(String prefix, boolean teacher) implements VitNames {
    private static final Pattern UNUSED =
            Pattern.compile("((vit|deit)\\.)?(pooler\\.dense\\.(weight|bias)|embeddings\\.position_ids)");

    /** Names of a model with one classifier. */
    public HuggingFaceNames(String prefix) {
        this(prefix, false);
    }

    /** The published name of a layer of a classifier checkpoint: what a part of a fused weight is called. */
    static String canonical(int block, Target target) {
        return new HuggingFaceNames("vit.").linear(block, target);
    }

    @Override
    public String family() {
        return prefix.equals("deit.") ? "DeiT" : "plain ViT";
    }

    @Override
    public String clsToken() {
        return prefix + "embeddings.cls_token";
    }

    @Override
    public String distillationToken() {
        return prefix + "embeddings.distillation_token";
    }

    @Override
    public String registerTokens() {
        return prefix + "embeddings.register_tokens";
    }

    @Override
    public String positionEmbeddings() {
        return prefix + "embeddings.position_embeddings";
    }

    @Override
    public String patch() {
        return prefix + "embeddings.patch_embeddings.projection";
    }

    @Override
    public String finalNorm() {
        return prefix + "layernorm";
    }

    @Override
    public String classifier() {
        return teacher ? "cls_classifier" : "classifier";
    }

    @Override
    public String distillationClassifier() {
        return "distillation_classifier";
    }

    @Override
    public String normBefore(int block) {
        return block(block) + "layernorm_before";
    }

    @Override
    public String normAfter(int block) {
        return block(block) + "layernorm_after";
    }

    @Override
    public String attentionScale(int block) {
        return block(block) + "layer_scale1.lambda1";
    }

    @Override
    public String mlpScale(int block) {
        return block(block) + "layer_scale2.lambda1";
    }

    @Override
    public String linear(int block, Target target) {
        return block(block) + target.module();
    }

    @Override
    public Optional<String> fused(int block) {
        return Optional.empty();
    }

    @Override
    public boolean isUnused(String tensor) {
        return UNUSED.matcher(tensor).matches();
    }

    private String block(int block) {
        return prefix + "encoder.layer." + block + ".";
    }
}
