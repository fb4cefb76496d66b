package ham.train;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitConfig;
import ham.merge.checkpoint.VitNames;
import ham.merge.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A random checkpoint of 2 blocks, width 16, 2 heads, 8 x 8 pixels in patches of 4. */
public final class TinyVit {
    /** Side of its images. */
    public static final int SIDE = 8;
    /** Width of its features. */
    public static final int WIDTH = 16;

    private static final String CONFIG =
            """
            {"model_type": "vit", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
             "intermediate_size": 32, "image_size": 8, "patch_size": 4, "num_channels": 3, "hidden_act": "gelu",
             "layer_norm_eps": %s, "qkv_bias": %s}
            """;
    private static final String TIMM =
            """
            {"library": "timm", "class_": "VisionTransformer", "norm_eps": %s, "qkv_bias": %s, "img_size": 8,
             "patch_size": 4, "embed_dim": 16, "depth": 2, "num_heads": 2, "mlp_ratio": 2, "num_classes": 0}
            """;

    private TinyVit() {}

    /** Writes and opens the checkpoint; the same numbers every time. */
    public static Checkpoint in(Path folder) {
        return write(folder, CONFIG.formatted(1e-6, true), VitNames.published("vit."));
    }

    /** The checkpoint in a library's names ({@code hf} or {@code timm}), with another eps, with or without biases of query, key, value. */
    public static Checkpoint in(Path folder, String library, double eps, boolean qkvBias) {
        return library.equals("timm")
                ? write(folder, TIMM.formatted(eps, qkvBias), VitNames.timm())
                : write(folder, CONFIG.formatted(eps, qkvBias), VitNames.published("vit."));
    }

    private static Checkpoint write(Path folder, String json, VitNames names) {
        try {
            Path file = folder.resolve("config.json");
            Files.writeString(file, json);
            new Tensors(VitConfig.read(file), names).write(folder.resolve("model.safetensors"));
            return Checkpoint.open(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Tensors {
        private final Random random = new Random(7);
        private final SafetensorsWriter writer = new SafetensorsWriter();

        Tensors(VitConfig config, VitNames names) {
            long d = config.hidden();
            add(names.clsToken(), 0.5, 0, 1, 1, d);
            add(names.positionEmbeddings(), 0.5, 0, 1, config.tokens(), d);
            add(names.patchWeight(), 0.3, 0, d, 3, config.patch(), config.patch());
            add(names.patchBias(), 0.1, 0, d);
            for (int block = 0; block < config.layers(); block++) {
                if (names.fused(block).isPresent()) {
                    add(names.fused(block).get() + ".weight", 0.4, 0, 3 * d, d);
                    if (config.qkvBias()) {
                        add(names.fused(block).get() + ".bias", 0.1, 0, 3 * d);
                    }
                }
                for (Target target : Target.values()) {
                    if (target.isProjection() && names.fused(block).isPresent()) {
                        continue;
                    }
                    add(names.weight(block, target), 0.4, 0, target.outputs(config), target.inputs(config));
                    if (config.qkvBias() || !target.isProjection()) {
                        add(names.bias(block, target), 0.1, 0, target.outputs(config));
                    }
                }
                add(names.normBeforeWeight(block), 0.1, 1, d);
                add(names.normBeforeBias(block), 0.1, 0, d);
                add(names.normAfterWeight(block), 0.1, 1, d);
                add(names.normAfterBias(block), 0.1, 0, d);
            }
            add(names.finalNormWeight(), 0.1, 1, d);
            add(names.finalNormBias(), 0.1, 0, d);
        }

        private void add(String name, double deviation, double mean, long... shape) {
            List<Long> dimensions = Arrays.stream(shape).boxed().toList();
            float[] values =
                    new float[dimensions.stream().mapToInt(Long::intValue).reduce(1, Math::multiplyExact)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (mean + deviation * random.nextGaussian());
            }
            writer.add(name, dimensions, values);
        }

        void write(Path file) {
            writer.write(file);
        }
    }
}
