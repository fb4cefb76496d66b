package ham.merge.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The timm architectures that are plain enough to be computed exactly, with the constructor arguments that their names stand for. An
 * architecture that is not listed may differ in ways that no tensor shows (activation, place of the norms), so it is not guessed at.
 *
 * <p>Source: timm's {@code vision_transformer.py} and {@code deit.py}.
 */
final class TimmArchitectures {
    private static final Pattern PATCH = Pattern.compile(".*_patch(\\d+)_.*");

    private static final List<Architecture> KNOWN = List.of(
            of("(vit|deit)_tiny_patch16_(224|384)", 192, 12, 3),
            of("(vit|deit)_small_patch(8|16|32)_(224|384)", 384, 12, 6),
            of("(vit|deit)_base_patch(8|16|32)_(224|384)", 768, 12, 12),
            of("vit_large_patch(14|16|32)_(224|384)", 1024, 24, 16),
            of("vit_huge_patch14_224", 1280, 32, 16),
            of("vit_giant_patch14_224", 1408, 40, 16).with("mlp_ratio", 48.0 / 11),
            of("vit_gigantic_patch14_224", 1664, 48, 16).with("mlp_ratio", 64.0 / 13),
            of("vit_base_patch16_224_miil", 768, 12, 12).with("qkv_bias", false),
            of("vit_small_patch16_36x1_224", 384, 36, 6).with("init_values", 1e-5),
            of("vit_base_patch(16|32)_plus_(240|256)", 896, 12, 14).with("init_values", 1e-5),
            of("deit_tiny_distilled_patch16_224", 192, 12, 3).with(TimmConfig.DISTILLED, true),
            of("deit_small_distilled_patch16_224", 384, 12, 6).with(TimmConfig.DISTILLED, true),
            of("deit_base_distilled_patch16_(224|384)", 768, 12, 12).with(TimmConfig.DISTILLED, true),
            of("deit3_small_patch16_(224|384)", 384, 12, 6).deit3(),
            of("deit3_medium_patch16_224", 512, 12, 8).deit3(),
            of("deit3_base_patch16_(224|384)", 768, 12, 12).deit3(),
            of("deit3_large_patch16_(224|384)", 1024, 24, 16).deit3(),
            of("deit3_huge_patch14_224", 1280, 32, 16).deit3(),
            of("vit_small_patch14_dinov2", 384, 12, 6).with("init_values", 1e-5),
            of("vit_base_patch14_dinov2", 768, 12, 12).with("init_values", 1e-5),
            of("vit_large_patch14_dinov2", 1024, 24, 16).with("init_values", 1e-5),
            of("vit_small_patch14_reg4_dinov2", 384, 12, 6).registers(4),
            of("vit_base_patch14_reg4_dinov2", 768, 12, 12).registers(4),
            of("vit_large_patch14_reg4_dinov2", 1024, 24, 16).registers(4),
            of("vit_medium_patch16_gap_(240|256|384)", 512, 12, 8)
                    .meanAfterNorm()
                    .scaledWithoutBias(),
            of("vit_betwixt_patch16_gap_256", 640, 12, 10).meanAfterNorm().scaledWithoutBias(),
            of("vit_base_patch16_gap_224", 768, 12, 16).meanAfterNorm(),
            of("vit_huge_patch(14|16)_gap_(224|448)", 1280, 32, 16).meanAfterNorm(),
            of("vit_giant_patch16_gap_224", 1408, 40, 16).meanAfterNorm().with("mlp_ratio", 48.0 / 11),
            of("vit_wee_patch16_reg1_gap_256", 256, 14, 4).registers(1).mean().with("mlp_ratio", 5),
            of("vit_little_patch16_reg1_gap_256", 320, 14, 5)
                    .registers(1)
                    .mean()
                    .with("mlp_ratio", 5.6),
            of("vit_little_patch16_reg4_gap_256", 320, 14, 5)
                    .registers(4)
                    .mean()
                    .with("mlp_ratio", 5.6),
            of("vit_medium_patch16_reg1_gap_256", 512, 12, 8).registers(1).mean(),
            of("vit_medium_patch16_reg4_gap_256", 512, 12, 8).registers(4).mean(),
            of("vit_mediumd_patch16_reg4_gap_(256|384)", 512, 20, 8)
                    .registers(4)
                    .mean(),
            of("vit_betwixt_patch16_reg1_gap_256", 640, 12, 10).registers(1).mean(),
            of("vit_betwixt_patch16_reg4_gap_(256|384)", 640, 12, 10)
                    .registers(4)
                    .mean(),
            of("vit_base_patch16_reg4_gap_256", 768, 12, 12).registers(4).mean().with("init_values", null));

    private TimmArchitectures() {}

    /** Constructor arguments of an architecture, without the tag behind its name; empty when it is not known. */
    static Optional<ObjectNode> arguments(String architecture) {
        Matcher patch = PATCH.matcher(architecture);
        return KNOWN.stream()
                .filter(known -> known.name.matcher(architecture).matches() && patch.matches())
                .findFirst()
                .map(known -> {
                    ObjectNode arguments = (ObjectNode) JsonFiles.tree(known.arguments);
                    return arguments.put("patch_size", Integer.valueOf(patch.group(1)));
                });
    }

    private static Architecture of(String name, int width, int depth, int heads) {
        return new Architecture(Pattern.compile(name), Map.of())
                .with("embed_dim", width)
                .with("depth", depth)
                .with("num_heads", heads);
    }

    private record Architecture(Pattern name, Map<String, Object> arguments) {
        Architecture with(String argument, Object value) {
            Map<String, Object> more = new LinkedHashMap<>(arguments);
            more.put(argument, value);
            return new Architecture(name, more);
        }

        Architecture deit3() {
            return with("no_embed_class", true).with("init_values", 1e-6);
        }

        Architecture registers(int count) {
            return with("reg_tokens", count).with("no_embed_class", true).with("init_values", 1e-5);
        }

        Architecture mean() {
            return with("class_token", false).with("global_pool", "avg");
        }

        Architecture meanAfterNorm() {
            return mean().with("fc_norm", false);
        }

        Architecture scaledWithoutBias() {
            return with("qkv_bias", false).with("init_values", 1e-6);
        }
    }
}
