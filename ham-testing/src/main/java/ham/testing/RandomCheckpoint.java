package ham.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Writes a random checkpoint of a variant, under the names that timm or transformers give its tensors. */
public final class RandomCheckpoint {
    private final VitVariant variant;
    private final VitSize size;
    private final int width;
    private final Random random = new Random(11);
    private final TensorFile file = new TensorFile();

    private RandomCheckpoint(VitVariant variant, VitSize size) {
        this.variant = variant;
        this.size = size;
        this.width = size.width();
    }

    /** Writes {@code config.json} and {@code model.safetensors} of {@link VitSize#TINY}. */
    public static Path write(VitVariant variant, Path folder) {
        return write(variant, VitSize.TINY, variant.eps(), folder);
    }

    /**
     * As {@link #write(VitVariant, Path)}, of another size; the same numbers every time.
     *
     * @param eps is added to a variance before its root is taken
     */
    public static Path write(VitVariant variant, VitSize size, double eps, Path folder) {
        RandomCheckpoint checkpoint = new RandomCheckpoint(variant, size);
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("config.json"), variant.timm() ? checkpoint.timm(eps) : checkpoint.huggingFace(eps));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        checkpoint.file.write(folder.resolve("model.safetensors"));
        return folder;
    }

    private String timm(double eps) {
        if (variant.classToken()) {
            add("cls_token", 0.5, 0, 1, 1, width);
        }
        if (variant.distillation()) {
            add("dist_token", 0.5, 0, 1, 1, width);
        }
        if (variant.registers() > 0) {
            add("reg_token", 0.5, 0, 1, variant.registers(), width);
        }
        add("pos_embed", 0.5, 0, 1, positions(), width);
        linear("patch_embed.proj", true, width, 3, size.patch(), size.patch());
        for (int i = 0; i < size.blocks(); i++) {
            String block = "blocks." + i + ".";
            norm(block + "norm1");
            linear(block + "attn.qkv", variant.qkvBias(), 3L * width, width);
            linear(block + "attn.proj", true, width, width);
            norm(block + "norm2");
            linear(block + "mlp.fc1", true, size.mlp(), width);
            linear(block + "mlp.fc2", true, width, size.mlp());
            if (variant.layerScale()) {
                add(block + "ls1.gamma", 0.2, 0.6, width);
                add(block + "ls2.gamma", 0.2, 0.6, width);
            }
        }
        norm(variant.normAfter() ? "fc_norm" : "norm");
        classifier("head");
        if (variant.distillation()) {
            classifier("head_dist");
        }
        return """
                {"architecture": "%s", "num_classes": %d, "num_features": %d, "global_pool": "%s",
                 "model_args": {"img_size": %d, "patch_size": %d, "embed_dim": %d, "depth": %d, "num_heads": %d, "mlp_ratio": %s, "norm_eps": %s,
                                "class_token": %b, "reg_tokens": %d, "no_embed_class": %b, "init_values": %s,
                                "qkv_bias": %b, "global_pool": "%s", "fc_norm": %b},
                 "pretrained_cfg": {"num_classes": 0, "input_size": [3, 224, 224], "fixed_input_size": true}}
                """
                .formatted(
                        variant.distillation() ? "deit_tiny_distilled_patch16_224" : "vit_tiny_patch16_224",
                        size.classes(),
                        width,
                        variant.mean() ? "avg" : "token",
                        size.side(),
                        size.patch(),
                        width,
                        size.blocks(),
                        size.heads(),
                        (double) size.mlp() / width,
                        eps,
                        variant.classToken(),
                        variant.registers(),
                        variant.patchPositions(),
                        variant.layerScale() ? "1e-5" : "null",
                        variant.qkvBias(),
                        variant.mean() ? "avg" : "token",
                        variant.normAfter());
    }

    private String huggingFace(double eps) {
        String root = variant.distillation() ? "deit." : "vit.";
        add(root + "embeddings.cls_token", 0.5, 0, 1, 1, width);
        if (variant.distillation()) {
            add(root + "embeddings.distillation_token", 0.5, 0, 1, 1, width);
        }
        add(root + "embeddings.position_embeddings", 0.5, 0, 1, positions(), width);
        linear(root + "embeddings.patch_embeddings.projection", true, width, 3, size.patch(), size.patch());
        for (int i = 0; i < size.blocks(); i++) {
            String block = root + "encoder.layer." + i + ".";
            norm(block + "layernorm_before");
            for (String each : List.of("query", "key", "value")) {
                linear(block + "attention.attention." + each, variant.qkvBias(), width, width);
            }
            linear(block + "attention.output.dense", true, width, width);
            norm(block + "layernorm_after");
            linear(block + "intermediate.dense", true, size.mlp(), width);
            linear(block + "output.dense", true, width, size.mlp());
        }
        norm(root + "layernorm");
        classifier(variant.teacher() ? "cls_classifier" : "classifier");
        if (variant.teacher()) {
            classifier("distillation_classifier");
        }
        return """
                {"model_type": "%s", "hidden_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d, "intermediate_size": %d,
                 "image_size": %d, "patch_size": %d, "layer_norm_eps": %s, "qkv_bias": %b}
                """
                .formatted(
                        variant.distillation() ? "deit" : "vit",
                        width,
                        size.blocks(),
                        size.heads(),
                        size.mlp(),
                        size.side(),
                        size.patch(),
                        eps,
                        variant.qkvBias());
    }

    private int positions() {
        return size.patches() + (variant.patchPositions() ? 0 : variant.prefix());
    }

    private void classifier(String module) {
        if (size.classes() > 0) {
            linear(module, true, size.classes(), width);
        }
    }

    private void linear(String module, boolean bias, long... shape) {
        add(module + ".weight", 0.3, 0, shape);
        if (bias) {
            add(module + ".bias", 0.2, 0, shape[0]);
        }
    }

    private void norm(String module) {
        add(module + ".weight", 0.2, 1, width);
        add(module + ".bias", 0.2, 0, width);
    }

    private void add(String name, double deviation, double mean, long... shape) {
        int count = (int) Arrays.stream(shape).reduce(1, Math::multiplyExact);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        file.add(name, values, shape);
    }
}
