package ham.export.variant;

import static ham.export.variant.Variant.BLOCKS;
import static ham.export.variant.Variant.CLASSES;
import static ham.export.variant.Variant.MLP;
import static ham.export.variant.Variant.PATCH;
import static ham.export.variant.Variant.PATCHES;
import static ham.export.variant.Variant.WIDTH;

import ham.merge.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Writes a random checkpoint of a variant, under the names that timm or transformers give its tensors. */
public final class RandomCheckpoint {
    private final Variant variant;
    private final Random random = new Random(11);
    private final SafetensorsWriter writer = new SafetensorsWriter();

    private RandomCheckpoint(Variant variant) {
        this.variant = variant;
    }

    /** Writes {@code config.json} and {@code model.safetensors}. */
    public static Path write(Variant variant, Path folder) {
        RandomCheckpoint checkpoint = new RandomCheckpoint(variant);
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("config.json"), variant.timm() ? checkpoint.timm() : checkpoint.huggingFace());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        checkpoint.writer.write(folder.resolve("model.safetensors"));
        return folder;
    }

    private String timm() {
        if (variant.classToken()) {
            add("cls_token", 0.5, 0, 1, 1, WIDTH);
        }
        if (variant.distillation()) {
            add("dist_token", 0.5, 0, 1, 1, WIDTH);
        }
        if (variant.registers() > 0) {
            add("reg_token", 0.5, 0, 1, variant.registers(), WIDTH);
        }
        add("pos_embed", 0.5, 0, 1, variant.patchPositions() ? PATCHES : variant.tokens(), WIDTH);
        linear("patch_embed.proj", true, WIDTH, 3, PATCH, PATCH);
        for (int i = 0; i < BLOCKS; i++) {
            String block = "blocks." + i + ".";
            norm(block + "norm1");
            linear(block + "attn.qkv", variant.qkvBias(), 3 * WIDTH, WIDTH);
            linear(block + "attn.proj", true, WIDTH, WIDTH);
            norm(block + "norm2");
            linear(block + "mlp.fc1", true, MLP, WIDTH);
            linear(block + "mlp.fc2", true, WIDTH, MLP);
            if (variant.layerScale()) {
                add(block + "ls1.gamma", 0.2, 0.6, WIDTH);
                add(block + "ls2.gamma", 0.2, 0.6, WIDTH);
            }
        }
        norm(variant.normAfter() ? "fc_norm" : "norm");
        linear("head", true, CLASSES, WIDTH);
        if (variant.distillation()) {
            linear("head_dist", true, CLASSES, WIDTH);
        }
        return """
                {"architecture": "%s", "num_classes": 5, "num_features": 16, "global_pool": "%s",
                 "model_args": {"img_size": 12, "patch_size": 4, "embed_dim": 16, "depth": 3, "num_heads": 2, "mlp_ratio": 1.5,
                                "class_token": %b, "reg_tokens": %d, "no_embed_class": %b, "init_values": %s,
                                "qkv_bias": %b, "global_pool": "%s", "fc_norm": %b},
                 "pretrained_cfg": {"num_classes": 1000, "input_size": [3, 224, 224], "fixed_input_size": true}}
                """
                .formatted(
                        variant.distillation() ? "deit_tiny_distilled_patch16_224" : "vit_tiny_patch16_224",
                        variant.mean() ? "avg" : "token",
                        variant.classToken(),
                        variant.registers(),
                        variant.patchPositions(),
                        variant.layerScale() ? "1e-5" : "null",
                        variant.qkvBias(),
                        variant.mean() ? "avg" : "token",
                        variant.normAfter());
    }

    private String huggingFace() {
        String root = variant.distillation() ? "deit." : "vit.";
        add(root + "embeddings.cls_token", 0.5, 0, 1, 1, WIDTH);
        if (variant.distillation()) {
            add(root + "embeddings.distillation_token", 0.5, 0, 1, 1, WIDTH);
        }
        add(root + "embeddings.position_embeddings", 0.5, 0, 1, variant.tokens(), WIDTH);
        linear(root + "embeddings.patch_embeddings.projection", true, WIDTH, 3, PATCH, PATCH);
        for (int i = 0; i < BLOCKS; i++) {
            String block = root + "encoder.layer." + i + ".";
            norm(block + "layernorm_before");
            for (String each : List.of("query", "key", "value")) {
                linear(block + "attention.attention." + each, variant.qkvBias(), WIDTH, WIDTH);
            }
            linear(block + "attention.output.dense", true, WIDTH, WIDTH);
            norm(block + "layernorm_after");
            linear(block + "intermediate.dense", true, MLP, WIDTH);
            linear(block + "output.dense", true, WIDTH, MLP);
        }
        norm(root + "layernorm");
        linear(variant.teacher() ? "cls_classifier" : "classifier", true, CLASSES, WIDTH);
        if (variant.teacher()) {
            linear("distillation_classifier", true, CLASSES, WIDTH);
        }
        return """
                {"model_type": "%s", "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 24,
                 "image_size": 12, "patch_size": 4, "layer_norm_eps": 1e-3, "qkv_bias": %b}
                """
                .formatted(variant.distillation() ? "deit" : "vit", variant.qkvBias());
    }

    private void linear(String module, boolean bias, long... shape) {
        add(module + ".weight", 0.3, 0, shape);
        if (bias) {
            add(module + ".bias", 0.2, 0, shape[0]);
        }
    }

    private void norm(String module) {
        add(module + ".weight", 0.2, 1, WIDTH);
        add(module + ".bias", 0.2, 0, WIDTH);
    }

    private void add(String name, double deviation, double mean, long... shape) {
        int count = (int) Arrays.stream(shape).reduce(1, Math::multiplyExact);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        writer.add(name, Arrays.stream(shape).boxed().toList(), values);
    }
}
