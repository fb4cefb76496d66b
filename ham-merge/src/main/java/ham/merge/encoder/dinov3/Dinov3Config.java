package ham.merge.encoder.dinov3;

import static ham.merge.encoder.timm.TimmArchitecture.architecture;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.ImageTrunk;
import ham.merge.encoder.timm.TimmArchitecture;
import ham.merge.encoder.timm.TimmClass;
import ham.merge.encoder.timm.TimmModel;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What sets one DINOv3 apart from another.
 *
 * @param trunk its sizes
 * @param mlp width of the hidden layer of a block's MLP
 * @param activation of the MLP
 * @param gated whether the MLP is gated
 * @param registers number of register tokens
 * @param theta base of the angles of places
 * @param query whether queries have a bias
 * @param key whether keys have one
 * @param value whether values have one
 * @param projection whether the layer behind attention has one
 * @param mlpBias whether the MLP has one
 * @param mean whether the feature is the mean of the patches; otherwise the class token
 * @param timm whether it is timm's
 * @param labels class names
 */
record Dinov3Config(
        ImageTrunk trunk,
        int mlp,
        Activation activation,
        boolean gated,
        int registers,
        double theta,
        boolean query,
        boolean key,
        boolean value,
        boolean projection,
        boolean mlpBias,
        boolean mean,
        boolean timm,
        List<String> labels) {
    private static final String GATED = "swiglu_mlp";
    private static final String ALIGN = "swiglu_align_to";

    /** Source: timm's {@code eva.py}; only those of its models that are DINOv3's. */
    static final TimmClass TIMM = new TimmClass(
            "a DINOv3",
            Set.of(),
            List.of(
                    dino(architecture("vit_tiny_patch16_dinov3_qkvb", 192, 12, 3), true),
                    dino(architecture("vit_small_patch16_dinov3", 384, 12, 6), false),
                    dino(architecture("vit_small_patch16_dinov3_qkvb", 384, 12, 6), true),
                    gated(dino(architecture("vit_small_plus_patch16_dinov3", 384, 12, 6), false)),
                    gated(dino(architecture("vit_small_plus_patch16_dinov3_qkvb", 384, 12, 6), true)),
                    dino(architecture("vit_base_patch16_dinov3", 768, 12, 12), false),
                    dino(architecture("vit_base_patch16_dinov3_qkvb", 768, 12, 12), true),
                    dino(architecture("vit_large_patch16_dinov3", 1024, 24, 16), false),
                    dino(architecture("vit_large_patch16_dinov3_qkvb", 1024, 24, 16), true),
                    gated(dino(architecture("vit_huge_plus_patch16_dinov3", 1280, 32, 20), false)),
                    gated(dino(architecture("vit_huge_plus_patch16_dinov3_qkvb", 1280, 32, 20), true)),
                    gated(dino(architecture("vit_7b_patch16_dinov3", 4096, 40, 32), false))
                            .with("mlp_ratio", 2)
                            .with(ALIGN, 64)),
            Set.of(
                    "qkv_bias",
                    "mlp_ratio",
                    "init_values",
                    "num_reg_tokens",
                    "rope_temperature",
                    GATED,
                    ALIGN,
                    "norm_eps"),
            Map.of(
                    "rope_type", "\"dinov3\"",
                    "rope_rotate_half", "true",
                    "use_rot_pos_emb", "true",
                    "use_abs_pos_emb", "false",
                    "use_fc_norm", "false",
                    "class_token", "true",
                    "qkv_fused", "true"));

    private static TimmArchitecture dino(TimmArchitecture of, boolean bias) {
        return of.with("qkv_bias", bias)
                .with("init_values", 1e-5)
                .with("num_reg_tokens", 4)
                .with("rope_temperature", 100)
                .with("norm_eps", 1e-5);
    }

    private static TimmArchitecture gated(TimmArchitecture of) {
        return of.with(GATED, true).with(ALIGN, 8);
    }

    static Dinov3Config read(EncoderSource source) {
        return TIMM.describes(source.config())
                ? timm(source, TimmModel.read(source.config(), TIMM))
                : transformers(source, source.config());
    }

    private static Dinov3Config transformers(EncoderSource source, EncoderConfig config) {
        return new Dinov3Config(
                ImageTrunk.read(source, config, 224, 16, 1e-5),
                config.positive("intermediate_size", 1536),
                Activation.read(config, "hidden_act", "gelu"),
                config.truth("use_gated_mlp", false),
                config.count("num_register_tokens", 0),
                config.number("rope_theta", 100),
                config.truth("query_bias", true),
                config.truth("key_bias", false),
                config.truth("value_bias", true),
                config.truth("proj_bias", true),
                config.truth("mlp_bias", true),
                false,
                false,
                config.labels("id2label"));
    }

    private static Dinov3Config timm(EncoderSource source, TimmModel model) {
        EncoderConfig arguments = model.arguments();
        ImageTrunk trunk = model.trunk(source.side().orElse(model.imageSize()), 1e-5);
        boolean mean = model.poolsMean();
        arguments.require(arguments.has("init_values"), "init_values (LayerScale)", "none");
        boolean gated = arguments.truth(GATED, false);
        int align = Math.max(1, arguments.count(ALIGN, 0));
        arguments.require(!gated || arguments.count(ALIGN, 0) > 0, ALIGN + " above 0 for " + GATED, "none");
        int wished = (int) (trunk.hidden() * arguments.number("mlp_ratio", 4));
        boolean bias = arguments.truth("qkv_bias", true);
        return new Dinov3Config(
                trunk,
                gated ? (wished + align - 1) / align * align : wished,
                gated ? Activation.SILU : Activation.GELU,
                gated,
                arguments.count("num_reg_tokens", 0),
                arguments.number("rope_temperature", 10000),
                bias,
                false,
                bias,
                true,
                true,
                mean,
                true,
                model.labels());
    }
}
