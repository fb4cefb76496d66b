package ham.bench.program;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A ViT-B/16 of 224 pixels and 1000 classes whose values depend on nothing but their names. */
public final class RandomBackbone {
    static final int D = 768;
    static final int BLOCKS = 12;
    static final int HEADS = 12;
    static final int SIZE = D / HEADS;
    static final int TOKENS = 197;
    static final int CLASSES = 1000;
    static final String ROOT = "vit.encoder.layer.";

    private RandomBackbone() {}

    /** Values that depend on nothing but name and number, about normal with deviation 0.02; norm weights lie around 1. */
    static float[] values(String name, int count) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        boolean norm = name.contains("layernorm") && name.endsWith("weight");
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            double sum = random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5;
            values[i] = (float) ((norm ? 1 : 0) + 0.04 * sum);
        }
        return values;
    }

    /** Writes it and opens it. */
    public static Checkpoint write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"model_type": "vit", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072,
                 "image_size": 224, "patch_size": 16, "layer_norm_eps": 1e-12, "id2label": {%s}}
                """
                        .formatted(String.join(
                                ",",
                                IntStream.range(0, CLASSES)
                                        .mapToObj(i -> "\"" + i + "\": \"class " + i + "\"")
                                        .toList())));
        SafetensorsWriter writer = new SafetensorsWriter();
        add(writer, "vit.embeddings.cls_token", 1, 1, D);
        add(writer, "vit.embeddings.position_embeddings", 1, TOKENS, D);
        add(writer, "vit.embeddings.patch_embeddings.projection.weight", D, 3, 16, 16);
        add(writer, "vit.embeddings.patch_embeddings.projection.bias", D);
        for (int i = 0; i < BLOCKS; i++) {
            for (String norm : List.of("layernorm_before", "layernorm_after")) {
                add(writer, ROOT + i + "." + norm + ".weight", D);
                add(writer, ROOT + i + "." + norm + ".bias", D);
            }
            for (String each : List.of(
                    "attention.attention.query",
                    "attention.attention.key",
                    "attention.attention.value",
                    "attention.output.dense")) {
                linear(writer, ROOT + i + "." + each, D, D);
            }
            linear(writer, ROOT + i + ".intermediate.dense", 4 * D, D);
            linear(writer, ROOT + i + ".output.dense", D, 4 * D);
        }
        add(writer, "vit.layernorm.weight", D);
        add(writer, "vit.layernorm.bias", D);
        linear(writer, "classifier", CLASSES, D);
        writer.write(folder.resolve("model.safetensors"));
        return Checkpoint.open(folder);
    }

    private static void linear(SafetensorsWriter writer, String module, long out, long in) {
        add(writer, module + ".weight", out, in);
        add(writer, module + ".bias", out);
    }

    private static void add(SafetensorsWriter writer, String name, long... shape) {
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        writer.add(name, Arrays.stream(shape).boxed().toList(), values(name, count));
    }
}
