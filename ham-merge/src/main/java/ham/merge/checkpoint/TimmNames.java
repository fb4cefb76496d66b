package ham.merge.checkpoint;

import java.util.Optional;

/**
 * Names of timm's {@code VisionTransformer} and {@code VisionTransformerDistilled}, whose query, key and value are one fused layer.
 *
 * @param finalNorm {@code "norm"}, or {@code "fc_norm"} where it comes after the pooling
 */
public record TimmNames(String finalNorm) implements VitNames {
    @Override
    public String family() {
        return "timm ViT";
    }

    @Override
    public String clsToken() {
        return "cls_token";
    }

    @Override
    public String distillationToken() {
        return "dist_token";
    }

    @Override
    public String registerTokens() {
        return "reg_token";
    }

    @Override
    public String positionEmbeddings() {
        return "pos_embed";
    }

    @Override
    public String patch() {
        return "patch_embed.proj";
    }

    @Override
    public String classifier() {
        return "head";
    }

    @Override
    public String distillationClassifier() {
        return "head_dist";
    }

    @Override
    public String normBefore(int block) {
        return block(block) + "norm1";
    }

    @Override
    public String normAfter(int block) {
        return block(block) + "norm2";
    }

    @Override
    public String attentionScale(int block) {
        return block(block) + "ls1.gamma";
    }

    @Override
    public String mlpScale(int block) {
        return block(block) + "ls2.gamma";
    }

    @Override
    public String linear(int block, Target target) {
        return target.isProjection() ? HuggingFaceNames.canonical(block, target) : block(block) + target.timmModule();
    }

    @Override
    public Optional<String> fused(int block) {
        return Optional.of(block(block) + "attn.qkv");
    }

    @Override
    public boolean isUnused(String tensor) {
        return false;
    }

    private static String block(int block) {
        return "blocks." + block + ".";
    }
}
