package ham.merge.encoder.timm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.encoder.EncoderConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A class of timm's models. An architecture that is not listed may differ in ways that no tensor shows (activation, place of the norms), so it is not
 * guessed at.
 *
 * @param kind what such a model is called in messages: {@code a plain ViT}
 * @param names of the class, as transformers' {@code class_} may give them
 * @param architectures that are computed exactly
 * @param read the constructor's arguments of its own that make a difference and are read, beside those that all classes have
 * @param plain arguments that are computed with one value only, by that value as JSON
 */
public record TimmClass(
        String kind,
        Set<String> names,
        List<TimmArchitecture> architectures,
        Set<String> read,
        Map<String, String> plain) {
    /** Arguments of every class that are read. */
    private static final Set<String> SHARED = Set.of(
            "img_size", "patch_size", "in_chans", "num_classes", "global_pool", "embed_dim", "depth", "num_heads");

    /** Arguments that change nothing in the evaluation of images of the model's own size. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "drop_rate",
            "pos_drop_rate",
            "patch_drop_rate",
            "proj_drop_rate",
            "attn_drop_rate",
            "drop_path_rate",
            "weight_init",
            "fix_init",
            "head_init_scale",
            "dynamic_img_size",
            "dynamic_img_pad");

    /** Whether a {@code config.json} is that of a model of this class that is known here. */
    public boolean describes(EncoderConfig root) {
        if (!TimmModel.isTimm(root)) {
            return false;
        }
        String architecture = root.json().path("architecture").asText("");
        return architecture.isEmpty()
                ? names.contains(root.json().path("class_").asText(""))
                : arguments(architecture).isPresent();
    }

    /** The arguments that an architecture's name stands for, the tag behind it left out; empty when it is not known. */
    Optional<ObjectNode> arguments(String architecture) {
        String name = architecture.replaceFirst("\\..*", "");
        return architectures.stream()
                .flatMap(each -> each.arguments(name).stream())
                .findFirst();
    }

    /** Whether an argument is read, or of no effect. */
    boolean takes(String argument) {
        return SHARED.contains(argument) || read.contains(argument) || WITHOUT_EFFECT.contains(argument);
    }
}
