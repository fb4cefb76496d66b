package ham.merge.checkpoint;

import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a checkpoint calls the parts of a ViT. A module has a {@code .weight} and mostly a {@code .bias}; where query, key and value are fused
 * into one tensor, their names here are Hugging Face's and mean rows of that tensor ({@link #fused}).
 */
public final class VitNames {
    private static final Pattern UNUSED = Pattern.compile(
            "((vit|deit)\\.)?(pooler\\.dense\\.(weight|bias)|embeddings\\.(position_ids|mask_token)|decoder\\..*)");

    private final NamingScheme scheme;
    private final String family;
    private final String wrapper;
    private final String prefix;
    private final boolean teacher;
    private final String finalNorm;

    private VitNames(
            NamingScheme scheme, String family, String wrapper, String prefix, boolean teacher, String finalNorm) {
        this.scheme = scheme;
        this.family = family;
        this.wrapper = wrapper;
        this.prefix = prefix;
        this.teacher = teacher;
        this.finalNorm = finalNorm;
    }

    /**
     * Names of Hugging Face's ViT and DeiT, as published checkpoints have them.
     *
     * @param prefix {@code "vit."} or {@code "deit."} for a classifier checkpoint, empty for a bare model
     */
    public static VitNames published(String prefix) {
        return huggingFace(NamingScheme.PUBLISHED, "", prefix, false);
    }

    /** Names of timm's {@code VisionTransformer} and {@code VisionTransformerDistilled}, whose query, key and value are one fused layer. */
    public static VitNames timm() {
        return timm("", false);
    }

    /**
     * Hugging Face's.
     *
     * @param wrapper what stands before every name
     * @param teacher whether there is a classifier for each of class and distillation token ({@code DeiTForImageClassificationWithTeacher})
     */
    static VitNames huggingFace(NamingScheme scheme, String wrapper, String prefix, boolean teacher) {
        String family = prefix.equals("deit.") ? "DeiT" : "plain ViT";
        return new VitNames(
                scheme, family, wrapper, prefix, teacher, scheme.names().get(Part.FINAL_NORM));
    }

    /**
     * timm's.
     *
     * @param normAfterPooling whether the last norm comes after the pooling, and so is another module
     */
    static VitNames timm(String wrapper, boolean normAfterPooling) {
        return new VitNames(NamingScheme.TIMM, "timm ViT", wrapper, "", false, normAfterPooling ? "fc_norm" : "norm");
    }

    /** The same names as those of an encoder of any family. */
    EncoderNames general() {
        NamingScheme own = scheme.with(Part.FINAL_NORM, finalNorm);
        return EncoderNames.of(
                teacher ? own.with(Part.CLASSIFIER, "cls_classifier") : own, NamingScheme.PUBLISHED, wrapper, prefix);
    }

    /** What a model with such names is called in messages. */
    public String family() {
        return family;
    }

    /** Name of a part: a tensor, or a module without its end; of one that no block has, whatever the block. */
    String name(Part part, int block) {
        String own = scheme.name(part, block);
        if (part == Part.FINAL_NORM) {
            own = finalNorm;
        } else if (part == Part.CLASSIFIER && teacher) {
            own = "cls_classifier";
        }
        return wrapper + (NamingScheme.besideEncoder(part) ? "" : prefix) + own;
    }

    private String name(Part part) {
        return name(part, 0);
    }

    /** Whether the library has such a part. */
    boolean has(Part part) {
        return scheme.names().containsKey(part);
    }

    /** Class token [1, 1, d]. */
    public String clsToken() {
        return name(Part.CLASS_TOKEN);
    }

    /** Distillation token [1, 1, d]. */
    public String distillationToken() {
        return name(Part.DISTILLATION_TOKEN);
    }

    /** Register tokens [1, registers, d]. */
    public String registerTokens() {
        return name(Part.REGISTER_TOKENS);
    }

    /** Position embeddings [1, tokens or patches, d]. */
    public String positionEmbeddings() {
        return name(Part.POSITIONS);
    }

    /** Weight [d, 3, patch, patch] of the patch embedding. */
    public String patchWeight() {
        return name(Part.PATCH) + ".weight";
    }

    /** Bias [d] of the patch embedding. */
    public String patchBias() {
        return name(Part.PATCH) + ".bias";
    }

    /** Module of the last LayerNorm. */
    public String finalNorm() {
        return name(Part.FINAL_NORM);
    }

    /** Weight [d] of the last LayerNorm. */
    public String finalNormWeight() {
        return finalNorm() + ".weight";
    }

    /** Bias [d] of the last LayerNorm. */
    public String finalNormBias() {
        return finalNorm() + ".bias";
    }

    /** Module of the classifier, weight [classes, d]; absent from a bare backbone. */
    public String classifier() {
        return name(Part.CLASSIFIER);
    }

    /** Weight [classes, d] of the classifier. */
    public String classifierWeight() {
        return classifier() + ".weight";
    }

    /** Bias [classes] of the classifier. */
    public String classifierBias() {
        return classifier() + ".bias";
    }

    /** Module of the classifier behind the distillation token. */
    public String distillationClassifier() {
        return name(Part.DISTILLATION_CLASSIFIER);
    }

    /** Module of the LayerNorm before the attention of a block. */
    public String normBefore(int block) {
        return name(Part.NORM_BEFORE, block);
    }

    /** Weight [d] of the LayerNorm before the attention of a block. */
    public String normBeforeWeight(int block) {
        return normBefore(block) + ".weight";
    }

    /** Bias [d] of the LayerNorm before the attention of a block. */
    public String normBeforeBias(int block) {
        return normBefore(block) + ".bias";
    }

    /** Module of the LayerNorm before the MLP of a block. */
    public String normAfter(int block) {
        return name(Part.NORM_AFTER, block);
    }

    /** Weight [d] of the LayerNorm before the MLP of a block. */
    public String normAfterWeight(int block) {
        return normAfter(block) + ".weight";
    }

    /** Bias [d] of the LayerNorm before the MLP of a block. */
    public String normAfterBias(int block) {
        return normAfter(block) + ".bias";
    }

    /** LayerScale [d] of a block's attention. */
    public String attentionScale(int block) {
        return name(Part.ATTENTION_SCALE, block);
    }

    /** LayerScale [d] of a block's MLP. */
    public String mlpScale(int block) {
        return name(Part.MLP_SCALE, block);
    }

    /** Module of a linear layer of a block; for a third of a fused one, its published Hugging Face name. */
    public String linear(int block, Target target) {
        return target.isProjection() && has(Part.QKV)
                ? published("vit.").name(target.part(), block)
                : name(target.part(), block);
    }

    /** Weight [out, in] of a linear layer of a block. */
    public String weight(int block, Target target) {
        return linear(block, target) + ".weight";
    }

    /** Bias [out] of a linear layer of a block. */
    public String bias(int block, Target target) {
        return linear(block, target) + ".bias";
    }

    /** Module that holds query, key and value of a block below each other; empty where they are modules of their own. */
    public Optional<String> fused(int block) {
        return has(Part.QKV) ? Optional.of(name(Part.QKV, block)) : Optional.empty();
    }

    /** Whether a tensor of that name belongs to such a checkpoint although image classification never reads it. */
    public boolean isUnused(String tensor) {
        return !scheme.equals(NamingScheme.TIMM)
                && tensor.startsWith(wrapper)
                && UNUSED.matcher(tensor.substring(wrapper.length())).matches();
    }
}
