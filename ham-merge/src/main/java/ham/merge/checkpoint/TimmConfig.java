package ham.merge.checkpoint;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.timm.TimmClass;
import ham.merge.encoder.timm.TimmModel;
import java.util.Map;
import java.util.Set;

/** The configuration of timm's {@code VisionTransformer} and {@code VisionTransformerDistilled}. */
final class TimmConfig {
    /** An argument of ours: whether the class is {@code VisionTransformerDistilled}. */
    static final String DISTILLED = "ham.distilled";
    /** An argument of ours: whether {@code mlp_layer} is {@code SwiGLUPacked}, which has no name in JSON. */
    static final String PACKED = "ham.packed";

    private static final String DISTILLED_CLASS = "VisionTransformerDistilled";

    private static final TimmClass CLASS = new TimmClass(
            "a plain ViT",
            Set.of("VisionTransformer", DISTILLED_CLASS),
            TimmArchitectures.KNOWN,
            Set.of(
                    DISTILLED,
                    PACKED,
                    "mlp_ratio",
                    "qkv_bias",
                    "init_values",
                    "class_token",
                    "no_embed_class",
                    "reg_tokens",
                    "pre_norm",
                    "fc_norm",
                    "act_layer",
                    "norm_eps"),
            Map.of(
                    "qk_norm", "false",
                    "scale_attn_norm", "false",
                    "scale_mlp_norm", "false",
                    "proj_bias", "true",
                    "pos_embed", "\"learn\"",
                    "final_norm", "true",
                    "pool_include_prefix", "false",
                    "act", "\"gelu\""));

    private final TimmModel model;
    private final EncoderConfig arguments;

    private TimmConfig(TimmModel model) {
        this.model = model;
        arguments = model.arguments();
    }

    static VitConfig read(EncoderConfig root) {
        return new TimmConfig(TimmModel.read(root, CLASS)).read();
    }

    private VitConfig read() {
        int width = arguments.positive("embed_dim", 768);
        VitConfig config = new VitConfig(
                width,
                arguments.positive("depth", 12),
                arguments.positive("num_heads", 12),
                (int) (width * arguments.number("mlp_ratio", 4)),
                model.imageSize(),
                arguments.side("patch_size", 16),
                3,
                arguments.number("norm_eps", 1e-6),
                arguments.truth("qkv_bias", true),
                form(),
                model.labels());
        model.requireSizes();
        return config;
    }

    private VitForm form() {
        boolean distilled = arguments.truth(DISTILLED, model.spelledClass().equals(DISTILLED_CLASS));
        boolean classToken = arguments.truth("class_token", true);
        boolean patchPositions = arguments.truth("no_embed_class", false);
        int registers = arguments.count("reg_tokens", 0);
        String pool = model.globalPool("token");
        boolean mean = pool.equals("avg");
        boolean probe = pool.equals("map");
        arguments.require(
                mean || probe || pool.equals("token"),
                "global_pool 'token', 'avg' or 'map'",
                "'" + pool + "', which ham does not compute");
        arguments.require(mean || probe || classToken, "a class token for global_pool 'token'", "class_token false");
        boolean normAfter = arguments.truth("fc_norm", mean);
        VitMlp mlp = new VitMlp(activation(), arguments.truth(PACKED, false));
        boolean normBefore = arguments.truth("pre_norm", false);
        if (distilled) {
            arguments.require(
                    classToken
                            && pool.equals("token")
                            && !normAfter
                            && !patchPositions
                            && registers == 0
                            && !normBefore,
                    "a distilled model with class token, positions on all tokens and no registers",
                    arguments.json().toString());
        }
        return new VitForm(
                classToken,
                distilled,
                registers,
                !patchPositions,
                normBefore,
                arguments.number("init_values", 0) != 0,
                mlp,
                distilled
                        ? Pooling.CLASS_AND_DISTILLATION_TOKEN
                        : mean || probe ? Pooling.PATCH_MEAN : Pooling.CLASS_TOKEN,
                probe,
                normAfter);
    }

    private Activation activation() {
        String name = arguments.text("act_layer", "gelu");
        return switch (name) {
            case "gelu_tanh" -> Activation.GELU_TANH;
            case "silu", "swish" -> Activation.SILU;
            default -> Activation.read(arguments, "act_layer", "gelu");
        };
    }
}
