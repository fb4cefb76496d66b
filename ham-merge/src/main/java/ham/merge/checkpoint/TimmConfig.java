package ham.merge.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.encoder.EncoderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The configuration of a timm model: an {@code architecture} with {@code model_args} over what its name stands for, and
 * {@code pretrained_cfg}; or {@code library: timm} with the constructor's arguments themselves.
 *
 * <p>Source: timm's {@code _hub.py}, {@code _builder.py} and {@code vision_transformer.py}; an argument counts as there: {@code model_args}, then
 * {@code pretrained_cfg}, then the constructor's default.
 */
final class TimmConfig {
    /** An argument of ours: whether the class is {@code VisionTransformerDistilled}. */
    static final String DISTILLED = "ham.distilled";

    /** transformers' own configuration of a timm model. */
    private static final String WRAPPER = "timm_wrapper";

    /** Arguments that are read here. */
    private static final Set<String> READ = Set.of(
            DISTILLED,
            "img_size",
            "patch_size",
            "in_chans",
            "num_classes",
            "global_pool",
            "embed_dim",
            "depth",
            "num_heads",
            "mlp_ratio",
            "qkv_bias",
            "init_values",
            "class_token",
            "no_embed_class",
            "reg_tokens",
            "fc_norm",
            "norm_eps");

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
            "dynamic_img_size",
            "dynamic_img_pad");

    /** Arguments that must have the value that leaves the model plain. */
    private static final Map<String, String> PLAIN = Map.of(
            "qk_norm", "false",
            "scale_attn_norm", "false",
            "scale_mlp_norm", "false",
            "proj_bias", "true",
            "pos_embed", "\"learn\"",
            "pre_norm", "false",
            "final_norm", "true",
            "pool_include_prefix", "false",
            "act_layer", "\"gelu\"",
            "act", "\"gelu\"");

    private final EncoderConfig root;
    private final EncoderConfig pretrained;
    private final EncoderConfig arguments;

    private TimmConfig(EncoderConfig root) {
        this.root = root;
        this.pretrained = root.has("pretrained_cfg") ? root.object("pretrained_cfg") : root;
        this.arguments = new EncoderConfig(root.file(), root.has("architecture") ? named() : spelledOut());
    }

    /** Whether a {@code config.json} is timm's. */
    static boolean isTimm(EncoderConfig root) {
        return WRAPPER.equals(root.json().path("model_type").textValue())
                || (!root.has("model_type")
                        && (root.has("architecture")
                                || "timm".equals(root.json().path("library").textValue())));
    }

    static VitConfig read(EncoderConfig root) {
        return new TimmConfig(root).read();
    }

    private ObjectNode named() {
        String architecture = root.text("architecture", "");
        ObjectNode known = TimmArchitectures.arguments(architecture.replaceFirst("\\..*", ""))
                .orElseThrow(() -> new InputException(
                        root.file(),
                        "expected a timm architecture that ham computes exactly (vit_*, deit_*, deit3_* with class token or mean"
                                + " pooling and plain blocks), found '" + architecture + "'"));
        known.setAll(root.object("model_args").json());
        return known;
    }

    private ObjectNode spelledOut() {
        String type = root.text("class_", "");
        root.require(
                type.equals("VisionTransformer") || type.equals("VisionTransformerDistilled"),
                "class_ VisionTransformer or VisionTransformerDistilled",
                "'" + type + "'");
        ObjectNode given = root.json().deepCopy();
        given.remove(List.of("library", "class_", "label_names"));
        return given.put(DISTILLED, type.equals("VisionTransformerDistilled"));
    }

    private VitConfig read() {
        refuseOthers();
        int width = arguments.positive("embed_dim", 768);
        VitConfig config = new VitConfig(
                width,
                arguments.positive("depth", 12),
                arguments.positive("num_heads", 12),
                (int) (width * arguments.number("mlp_ratio", 4)),
                imageSize(),
                arguments.side("patch_size", 16),
                3,
                arguments.number("norm_eps", 1e-6),
                arguments.truth("qkv_bias", true),
                form(),
                labels());
        arguments.require(channels() == 3, "3 input channels", String.valueOf(channels()));
        arguments.require(
                config.mlp() > 0,
                "mlp_ratio above 0",
                String.valueOf(arguments.json().path("mlp_ratio")));
        arguments.require(
                width % config.heads() == 0,
                "embed_dim to be a multiple of num_heads",
                width + " and " + config.heads());
        arguments.require(
                config.imageSize() % config.patch() == 0,
                "img_size to be a multiple of patch_size",
                config.imageSize() + " and " + config.patch());
        return config;
    }

    private void refuseOthers() {
        for (Map.Entry<String, JsonNode> argument : arguments.json().properties()) {
            String name = argument.getKey();
            String value = argument.getValue().toString();
            boolean read = READ.contains(name) || WITHOUT_EFFECT.contains(name);
            if (!read && !argument.getValue().isNull() && !value.equals(PLAIN.get(name))) {
                String expected = PLAIN.containsKey(name) ? name + " " + PLAIN.get(name) : "no argument " + name;
                throw new InputException(
                        root.file(), "expected " + expected + " (a plain ViT), found " + name + " " + value);
            }
        }
    }

    private VitForm form() {
        boolean distilled = arguments.truth(DISTILLED, false);
        boolean classToken = arguments.truth("class_token", true);
        boolean patchPositions = arguments.truth("no_embed_class", false);
        int registers = arguments.count("reg_tokens", 0);
        String pool = globalPool();
        boolean mean = pool.equals("avg");
        arguments.require(
                mean || pool.equals("token"),
                "global_pool 'token' or 'avg'",
                "'" + pool + "', which ham does not compute");
        arguments.require(mean || classToken, "a class token for global_pool 'token'", "class_token false");
        boolean normAfter = arguments.truth("fc_norm", mean);
        if (distilled) {
            arguments.require(
                    classToken && !mean && !normAfter && !patchPositions && registers == 0,
                    "a distilled model with class token, positions on all tokens and no registers",
                    arguments.json().toString());
        }
        return new VitForm(
                classToken,
                distilled,
                registers,
                !patchPositions,
                arguments.number("init_values", 0) != 0,
                distilled ? Pooling.CLASS_AND_DISTILLATION_TOKEN : mean ? Pooling.PATCH_MEAN : Pooling.CLASS_TOKEN,
                normAfter);
    }

    /** The root's own {@code global_pool} tells how the saved model was built, which its architecture may not. */
    private String globalPool() {
        String pool = arguments.text("global_pool", pretrained.text("global_pool", "token"));
        String saved = root.text("global_pool", pool);
        root.require(
                saved.equals(pool),
                "global_pool '" + pool + "' as architecture and model_args imply",
                "'" + saved + "'; record it in model_args");
        return pool;
    }

    private int imageSize() {
        if (arguments.has("img_size")) {
            return arguments.side("img_size", 224);
        }
        if (!pretrained.has("input_size") || !pretrained.truth("fixed_input_size", false)) {
            return 224;
        }
        JsonNode size = pretrained.json().path("input_size");
        pretrained.require(
                size.size() == 3
                        && size.get(1).isInt()
                        && size.get(1).intValue() > 0
                        && size.get(1).equals(size.get(2)),
                "input_size [3, side, side]",
                size.toString());
        return size.get(1).intValue();
    }

    private int channels() {
        JsonNode size = pretrained.json().path("input_size");
        return arguments.positive("in_chans", size.path(0).asInt(3));
    }

    private List<String> labels() {
        for (EncoderConfig reader : List.of(root, pretrained)) {
            for (String key : List.of("label_names", "labels", "id2label")) {
                if (reader.has(key)) {
                    return reader.labels(key);
                }
            }
        }
        int classes = arguments.count("num_classes", root.count("num_classes", pretrained.count("num_classes", 0)));
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            labels.add("LABEL_" + i);
        }
        return labels;
    }
}
