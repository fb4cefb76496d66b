package ham.merge.encoder.timm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.ImageTrunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a timm model: an {@code architecture} with {@code model_args} over what its name stands for, and
 * {@code pretrained_cfg}; or {@code library: timm} with the constructor's arguments themselves.
 *
 * <p>Source: timm's {@code _hub.py} and {@code _builder.py}; an argument counts as there: {@code model_args}, then {@code pretrained_cfg}, then the
 * constructor's default.
 */
public final class TimmModel {
    /** transformers' own configuration of a timm model. */
    private static final String WRAPPER = "timm_wrapper";

    private final TimmClass type;
    private final EncoderConfig root;
    private final EncoderConfig pretrained;
    private final EncoderConfig arguments;

    private TimmModel(EncoderConfig root, TimmClass type) {
        this.type = type;
        this.root = root;
        pretrained = root.has("pretrained_cfg") ? root.object("pretrained_cfg") : root;
        arguments = new EncoderConfig(root.file(), root.has("architecture") ? named() : spelledOut());
    }

    /** Whether a {@code config.json} is timm's. */
    public static boolean isTimm(EncoderConfig root) {
        return WRAPPER.equals(root.json().path("model_type").textValue())
                || (!root.has("model_type")
                        && (root.has("architecture")
                                || "timm".equals(root.json().path("library").textValue())));
    }

    /**
     * Reads the arguments of a model of a class.
     *
     * @throws InputException when it is none, or has an argument that is not computed
     */
    public static TimmModel read(EncoderConfig root, TimmClass type) {
        TimmModel model = new TimmModel(root, type);
        model.refuseOthers();
        return model;
    }

    private ObjectNode named() {
        String architecture = root.text("architecture", "");
        ObjectNode known = type.arguments(architecture)
                .orElseThrow(() -> new InputException(
                        root.file(),
                        "expected a timm architecture that ham computes exactly (vit_*, deit_*, deit3_*, beit_*, beitv2_*, as far as"
                                + " docs/encoders.md lists them), found '" + architecture + "'"));
        known.setAll(root.object("model_args").json());
        return known;
    }

    private ObjectNode spelledOut() {
        String name = root.text("class_", "");
        root.require(
                type.names().contains(name),
                "class_ " + String.join(" or ", type.names().stream().sorted().toList()),
                "'" + name + "'");
        ObjectNode given = root.json().deepCopy();
        given.remove(List.of("library", "class_", "label_names"));
        return given;
    }

    private void refuseOthers() {
        for (Map.Entry<String, JsonNode> argument : arguments.json().properties()) {
            String name = argument.getKey();
            String value = argument.getValue().toString();
            String plain = type.plain().get(name);
            if (!type.takes(name) && !argument.getValue().isNull() && !value.equals(plain)) {
                String expected = plain != null ? name + " " + plain : "no argument " + name;
                throw new InputException(
                        root.file(), "expected " + expected + " (" + type.kind() + "), found " + name + " " + value);
            }
        }
    }

    /** The constructor's arguments. */
    public EncoderConfig arguments() {
        return arguments;
    }

    /** The {@code class_} that a configuration spells out; empty where it names an architecture. */
    public String spelledClass() {
        return root.has("architecture") ? "" : root.text("class_", "");
    }

    /**
     * The pooling. The root's own {@code global_pool} tells how the saved model was built, which its architecture may not.
     *
     * @param whenAbsent the constructor's default
     */
    public String globalPool(String whenAbsent) {
        String pool = arguments.text("global_pool", pretrained.text("global_pool", whenAbsent));
        String saved = root.text("global_pool", pool);
        root.require(
                saved.equals(pool),
                "global_pool '" + pool + "' as architecture and model_args imply",
                "'" + saved + "'; record it in model_args");
        return pool;
    }

    /**
     * Whether the head reads the mean of the patches rather than the class token, of a class whose default that is and that knows no other.
     *
     * @throws InputException where it reads something else
     */
    public boolean poolsMean() {
        String pool = globalPool("avg");
        arguments.require(
                pool.equals("avg") || pool.equals("token"),
                "global_pool 'avg' or 'token'",
                "'" + pool + "', which ham does not compute");
        return pool.equals("avg");
    }

    /** Side in pixels of the images that its positions were made for. */
    public int imageSize() {
        if (arguments.has("img_size")) {
            return arguments.side("img_size", 224);
        }
        return pretrained.has("input_size") && pretrained.truth("fixed_input_size", false) ? inputSize(224) : 224;
    }

    /** Side in pixels of the images that the trained model is meant to be given. */
    public int inputSize(int whenAbsent) {
        JsonNode size = pretrained.json().path("input_size");
        if (size.isMissingNode() || size.isNull()) {
            return whenAbsent;
        }
        pretrained.require(
                size.size() == 3
                        && size.get(1).isInt()
                        && size.get(1).intValue() > 0
                        && size.get(1).equals(size.get(2)),
                "input_size [3, side, side]",
                size.toString());
        return size.get(1).intValue();
    }

    /** Refuses sizes that do not fit each other. */
    public void requireSizes() {
        JsonNode size = pretrained.json().path("input_size");
        int channels = arguments.positive("in_chans", size.path(0).asInt(3));
        arguments.require(channels == 3, "3 input channels", String.valueOf(channels));
        int width = arguments.positive("embed_dim", 768);
        int heads = arguments.positive("num_heads", 12);
        arguments.require(
                (int) (width * arguments.number("mlp_ratio", 4)) > 0,
                "mlp_ratio above 0",
                String.valueOf(arguments.json().path("mlp_ratio")));
        arguments.require(width % heads == 0, "embed_dim to be a multiple of num_heads", width + " and " + heads);
        int patch = arguments.side("patch_size", 16);
        arguments.require(
                imageSize() % patch == 0, "img_size to be a multiple of patch_size", imageSize() + " and " + patch);
    }

    /**
     * Its sizes.
     *
     * @param side of the images that go in, in pixels
     * @param epsilon of every LayerNorm, where the arguments have none
     */
    public ImageTrunk trunk(int side, double epsilon) {
        requireSizes();
        ImageTrunk trunk = new ImageTrunk(
                arguments.positive("embed_dim", 768),
                arguments.positive("depth", 12),
                arguments.positive("num_heads", 12),
                imageSize(),
                side,
                arguments.side("patch_size", 16),
                3,
                arguments.number("norm_eps", epsilon));
        trunk.requireSide(root.file());
        return trunk;
    }

    /** Names of the classes, placeholders where they have none. */
    public List<String> labels() {
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
            labels.add(EncoderConfig.PLACEHOLDER + i);
        }
        return labels;
    }
}
