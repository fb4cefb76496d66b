package ham.merge.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shape of a plain Vision Transformer (pre-norm blocks, class token, learned positions, exact GELU), from a Hugging Face {@code config.json}.
 *
 * @param hidden width d
 * @param layers number of blocks
 * @param heads attention heads a block; divides {@code hidden}
 * @param mlp width of the hidden layer of a block's MLP
 * @param imageSize side of the square input image in pixels
 * @param patch side of a patch in pixels; divides {@code imageSize}
 * @param channels colour channels, always 3
 * @param layerNormEps epsilon of every LayerNorm
 * @param qkvBias whether query, key and value have a bias
 * @param labels class names in logit order; empty where the configuration names none
 */
public record VitConfig(
        int hidden,
        int layers,
        int heads,
        int mlp,
        int imageSize,
        int patch,
        int channels,
        double layerNormEps,
        boolean qkvBias,
        List<String> labels) {
    public VitConfig {
        labels = List.copyOf(labels);
    }

    /** The same shape with other class names. */
    VitConfig withLabels(List<String> names) {
        return new VitConfig(hidden, layers, heads, mlp, imageSize, patch, channels, layerNormEps, qkvBias, names);
    }

    /** Sequence length: one class token and the patches. */
    public int tokens() {
        int side = imageSize / patch;
        return 1 + side * side;
    }

    /** Width of one attention head. */
    public int headSize() {
        return hidden / heads;
    }

    /**
     * Reads {@code config.json}; values that it leaves out have the defaults of transformers' {@code ViTConfig}.
     *
     * @throws InputException when it is no plain ViT
     */
    public static VitConfig read(Path file) {
        ObjectNode json = JsonFiles.read(file, "a Hugging Face model configuration");
        Reader reader = new Reader(file, json);
        reader.requireText("model_type", "vit", null);
        reader.requireText("hidden_act", "gelu", "gelu");
        VitConfig config = new VitConfig(
                reader.positive("hidden_size", 768),
                reader.positive("num_hidden_layers", 12),
                reader.positive("num_attention_heads", 12),
                reader.positive("intermediate_size", 3072),
                reader.positive("image_size", 224),
                reader.positive("patch_size", 16),
                reader.positive("num_channels", 3),
                reader.number("layer_norm_eps", 1e-12),
                reader.truth("qkv_bias", true),
                reader.labels());
        reader.require(config.channels == 3, "num_channels 3", "num_channels " + config.channels);
        reader.require(
                config.hidden % config.heads == 0,
                "hidden_size to be a multiple of num_attention_heads",
                config.hidden + " and " + config.heads);
        reader.require(
                config.imageSize % config.patch == 0,
                "image_size to be a multiple of patch_size",
                config.imageSize + " and " + config.patch);
        reader.require(
                config.layerNormEps > 0 && config.layerNormEps < 1,
                "layer_norm_eps between 0 and 1",
                String.valueOf(config.layerNormEps));
        return config;
    }

    private record Reader(Path file, ObjectNode json) {
        void require(boolean holds, String expected, String found) {
            if (!holds) {
                throw new InputException(file, "expected " + expected + ", found " + found);
            }
        }

        void requireText(String key, String expected, String whenAbsent) {
            String found = json.path(key).asText(whenAbsent);
            require(
                    expected.equals(found),
                    key + " '" + expected + "' (a plain ViT)",
                    found == null ? "no " + key : "'" + found + "'");
        }

        int positive(String key, int whenAbsent) {
            JsonNode node = json.path(key);
            require(
                    node.isMissingNode() || (node.isInt() && node.intValue() > 0),
                    key + " to be a positive whole number",
                    node.toString());
            return node.asInt(whenAbsent);
        }

        double number(String key, double whenAbsent) {
            JsonNode node = json.path(key);
            require(node.isMissingNode() || node.isNumber(), key + " to be a number", node.toString());
            return node.asDouble(whenAbsent);
        }

        boolean truth(String key, boolean whenAbsent) {
            JsonNode node = json.path(key);
            require(node.isMissingNode() || node.isBoolean(), key + " to be true or false", node.toString());
            return node.asBoolean(whenAbsent);
        }

        List<String> labels() {
            JsonNode node = json.path("id2label");
            require(
                    node.isMissingNode() || node.isNull() || node.isObject(),
                    "id2label to map class numbers to names",
                    node.toString());
            Map<Integer, String> byIndex = new TreeMap<>();
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                try {
                    byIndex.put(
                            Integer.valueOf(entry.getKey()), entry.getValue().asText());
                } catch (NumberFormatException e) {
                    throw new InputException(
                            file, "expected class numbers as the keys of id2label, found '" + entry.getKey() + "'", e);
                }
            }
            List<String> labels = new ArrayList<>(byIndex.values());
            for (int i = 0; i < labels.size(); i++) {
                require(byIndex.containsKey(i), "id2label to number the classes from 0 without a gap", "no class " + i);
            }
            return labels;
        }
    }
}
