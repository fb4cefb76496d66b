package ham.merge.checkpoint;

import static ham.merge.encoder.timm.TimmArchitecture.architecture;

import ham.merge.encoder.timm.TimmArchitecture;
import java.util.List;

/**
 * The architectures of timm's {@code VisionTransformer} that are computed exactly.
 *
 * <p>Source: timm's {@code vision_transformer.py} and {@code deit.py}.
 */
final class TimmArchitectures {
    static final List<TimmArchitecture> KNOWN = List.of(
            architecture("(vit|deit)_tiny_patch16_(224|384)", 192, 12, 3),
            architecture("(vit|deit)_small_patch(8|16|32)_(224|384)", 384, 12, 6),
            architecture("(vit|deit)_base_patch(8|16|32)_(224|384)", 768, 12, 12),
            architecture("vit_large_patch(14|16|32)_(224|384)", 1024, 24, 16),
            architecture("vit_huge_patch14_224", 1280, 32, 16),
            architecture("vit_giant_patch14_224", 1408, 40, 16).with("mlp_ratio", 48.0 / 11),
            architecture("vit_gigantic_patch14_224", 1664, 48, 16).with("mlp_ratio", 64.0 / 13),
            architecture("vit_base_patch16_224_miil", 768, 12, 12).with("qkv_bias", false),
            architecture("vit_small_patch16_36x1_224", 384, 36, 6).with("init_values", 1e-5),
            architecture("vit_base_patch(16|32)_plus_(240|256)", 896, 12, 14).with("init_values", 1e-5),
            architecture("deit_tiny_distilled_patch16_224", 192, 12, 3).with(TimmConfig.DISTILLED, true),
            architecture("deit_small_distilled_patch16_224", 384, 12, 6).with(TimmConfig.DISTILLED, true),
            architecture("deit_base_distilled_patch16_(224|384)", 768, 12, 12).with(TimmConfig.DISTILLED, true),
            deit3(architecture("deit3_small_patch16_(224|384)", 384, 12, 6)),
            deit3(architecture("deit3_medium_patch16_224", 512, 12, 8)),
            deit3(architecture("deit3_base_patch16_(224|384)", 768, 12, 12)),
            deit3(architecture("deit3_large_patch16_(224|384)", 1024, 24, 16)),
            deit3(architecture("deit3_huge_patch14_224", 1280, 32, 16)),
            architecture("vit_small_patch14_dinov2", 384, 12, 6).with("init_values", 1e-5),
            architecture("vit_base_patch14_dinov2", 768, 12, 12).with("init_values", 1e-5),
            architecture("vit_large_patch14_dinov2", 1024, 24, 16).with("init_values", 1e-5),
            registers(architecture("vit_small_patch14_reg4_dinov2", 384, 12, 6), 4),
            registers(architecture("vit_base_patch14_reg4_dinov2", 768, 12, 12), 4),
            registers(architecture("vit_large_patch14_reg4_dinov2", 1024, 24, 16), 4),
            scaledWithoutBias(meanAfterNorm(architecture("vit_medium_patch16_gap_(240|256|384)", 512, 12, 8))),
            scaledWithoutBias(meanAfterNorm(architecture("vit_betwixt_patch16_gap_256", 640, 12, 10))),
            meanAfterNorm(architecture("vit_base_patch16_gap_224", 768, 12, 16)),
            meanAfterNorm(architecture("vit_huge_patch(14|16)_gap_(224|448)", 1280, 32, 16)),
            meanAfterNorm(architecture("vit_giant_patch16_gap_224", 1408, 40, 16))
                    .with("mlp_ratio", 48.0 / 11),
            mean(registers(architecture("vit_wee_patch16_reg1_gap_256", 256, 14, 4), 1))
                    .with("mlp_ratio", 5),
            mean(registers(architecture("vit_little_patch16_reg1_gap_256", 320, 14, 5), 1))
                    .with("mlp_ratio", 5.6),
            mean(registers(architecture("vit_little_patch16_reg4_gap_256", 320, 14, 5), 4))
                    .with("mlp_ratio", 5.6),
            mean(registers(architecture("vit_medium_patch16_reg1_gap_256", 512, 12, 8), 1)),
            mean(registers(architecture("vit_medium_patch16_reg4_gap_256", 512, 12, 8), 4)),
            mean(registers(architecture("vit_mediumd_patch16_reg4_gap_(256|384)", 512, 20, 8), 4)),
            mean(registers(architecture("vit_betwixt_patch16_reg1_gap_256", 640, 12, 10), 1)),
            mean(registers(architecture("vit_betwixt_patch16_reg4_gap_(256|384)", 640, 12, 10), 4)),
            mean(registers(architecture("vit_base_patch16_reg4_gap_256", 768, 12, 12), 4))
                    .with("init_values", null),
            clip(architecture("vit_xsmall_patch16_clip_224", 256, 10, 4)),
            clip(architecture("vit_medium_patch(16|32)_clip_224", 512, 12, 8)),
            clip(architecture("vit_betwixt_patch32_clip_224", 640, 12, 10)),
            clip(architecture("vit_base_patch32_clip_(224|256|384|448)", 768, 12, 12)),
            clip(architecture("vit_base_patch16_clip_(224|384)", 768, 12, 12)),
            clip(architecture("vit_base_patch16_plus_clip_240", 896, 12, 14)),
            clip(architecture("vit_large_patch14_clip_(224|336)", 1024, 24, 16)),
            clip(architecture("vit_huge_patch14_clip_(224|336|378)", 1280, 32, 16)),
            quick(architecture("vit_base_patch(16|32)_clip_quickgelu_224", 768, 12, 12)),
            quick(architecture("vit_large_patch14_clip_quickgelu_(224|336)", 1024, 24, 16)),
            quick(architecture("vit_huge_patch14_clip_quickgelu_(224|378)", 1280, 32, 16)),
            clip(architecture("vit_giant_patch14_clip_224", 1408, 40, 16)).with("mlp_ratio", 48.0 / 11),
            tanh(map(architecture("vit_base_patch32_siglip_256", 768, 12, 12))),
            map(architecture("vit_base_patch16_siglip_(224|256|384|512)", 768, 12, 12)),
            map(architecture("vit_large_patch16_siglip_(256|384)", 1024, 24, 16)),
            tanh(map(architecture("vit_large_patch16_siglip_512", 1024, 24, 16))),
            map(architecture("vit_so400m_patch14_siglip_(224|378)", 1152, 27, 16))
                    .with("mlp_ratio", 3.7362),
            tanh(map(architecture("vit_so400m_patch16_siglip_(256|384|512)", 1152, 27, 16))
                    .with("mlp_ratio", 3.7362)),
            tanh(map(architecture("vit_giantopt_patch16_siglip_(256|384)", 1536, 40, 16))),
            tanh(meanAfterNorm(architecture("vit_base_patch32_siglip_gap_256", 768, 12, 12))),
            meanAfterNorm(architecture("vit_base_patch16_siglip_gap_(224|256|384|512)", 768, 12, 12)),
            meanAfterNorm(architecture("vit_large_patch16_siglip_gap_(256|384)", 1024, 24, 16)),
            tanh(meanAfterNorm(architecture("vit_large_patch16_siglip_gap_512", 1024, 24, 16))),
            meanAfterNorm(architecture("vit_so400m_patch14_siglip_gap_(224|378|448|896)", 1152, 27, 16))
                    .with("mlp_ratio", 3.7362),
            tanh(meanAfterNorm(architecture("vit_so400m_patch16_siglip_gap_(256|384|512)", 1152, 27, 16))
                    .with("mlp_ratio", 3.7362)),
            tanh(meanAfterNorm(architecture("vit_giantopt_patch16_siglip_gap_(256|384)", 1536, 40, 16))),
            swiglu(architecture("vit_giant_patch14_dinov2", 1536, 40, 24)).with("init_values", 1e-5),
            swiglu(registers(architecture("vit_giant_patch14_reg4_dinov2", 1536, 40, 24), 4)));

    private TimmArchitectures() {}

    private static TimmArchitecture deit3(TimmArchitecture of) {
        return of.with("no_embed_class", true).with("init_values", 1e-6);
    }

    private static TimmArchitecture registers(TimmArchitecture of, int count) {
        return of.with("reg_tokens", count).with("no_embed_class", true).with("init_values", 1e-5);
    }

    private static TimmArchitecture mean(TimmArchitecture of) {
        return of.with("class_token", false).with("global_pool", "avg");
    }

    private static TimmArchitecture meanAfterNorm(TimmArchitecture of) {
        return mean(of).with("fc_norm", false);
    }

    private static TimmArchitecture scaledWithoutBias(TimmArchitecture of) {
        return of.with("qkv_bias", false).with("init_values", 1e-6);
    }

    private static TimmArchitecture clip(TimmArchitecture of) {
        return of.with("pre_norm", true).with("norm_eps", 1e-5);
    }

    private static TimmArchitecture quick(TimmArchitecture of) {
        return clip(of).with("act_layer", "quick_gelu");
    }

    private static TimmArchitecture map(TimmArchitecture of) {
        return of.with("class_token", false).with("global_pool", "map");
    }

    private static TimmArchitecture tanh(TimmArchitecture of) {
        return of.with("act_layer", "gelu_tanh");
    }

    private static TimmArchitecture swiglu(TimmArchitecture of) {
        return of.with(TimmConfig.PACKED, true).with("act_layer", "silu").with("mlp_ratio", 2.66667 * 2);
    }
}
