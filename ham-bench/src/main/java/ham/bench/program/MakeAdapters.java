package ham.bench.program;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Writes random LoRA adapters (PEFT layout under the names of transformers 5, query and value of every block, float32) to measure merging with:
 * {@code java -cp "ham-cli/target/lib/*" ham.bench.program.MakeAdapters FOLDER COUNT BLOCKS WIDTH RANK}; ViT-B/16 is 12 768, ViT-L 24 1024.
 */
public final class MakeAdapters {
    private MakeAdapters() {}

    /** Writes the adapters. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        int blocks = Integer.parseInt(arguments[2]);
        int width = Integer.parseInt(arguments[3]);
        int rank = Integer.parseInt(arguments[4]);
        for (int i = 0; i < count; i++) {
            write(Files.createDirectories(folder.resolve(name(i))), new Random(i), blocks, width, rank);
        }
    }

    /** The folder of an adapter, counted from 0. */
    public static String name(int adapter) {
        return String.format(Locale.ROOT, "adapter%04d", adapter);
    }

    private static void write(Path folder, Random random, int blocks, int width, int rank) throws IOException {
        Files.writeString(
                folder.resolve("adapter_config.json"),
                """
                {"peft_type": "LORA", "r": %d, "lora_alpha": %d, "target_modules": ["q_proj", "v_proj"],
                 "bias": "none", "use_rslora": false, "use_dora": false, "fan_in_fan_out": false}
                """
                        .formatted(rank, rank));
        List<String> entries = new ArrayList<>();
        long bytes = 4L * rank * width;
        long offset = 0;
        for (int block = 0; block < blocks; block++) {
            for (String target : new String[] {"q_proj", "v_proj"}) {
                for (String half : new String[] {"lora_A", "lora_B"}) {
                    entries.add(
                            "\"base_model.model.vit.layers.%d.attention.%s.%s.weight\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}"
                                    .formatted(
                                            block,
                                            target,
                                            half,
                                            half.equals("lora_A") ? rank : width,
                                            half.equals("lora_A") ? width : rank,
                                            offset,
                                            offset + bytes));
                    offset += bytes;
                }
            }
        }
        byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
        try (OutputStream out =
                new BufferedOutputStream(Files.newOutputStream(folder.resolve("adapter_model.safetensors")), 1 << 20)) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            ByteBuffer row = ByteBuffer.allocate(4 * width).order(ByteOrder.LITTLE_ENDIAN);
            for (long written = 0; written < offset; written += row.capacity()) {
                row.clear();
                while (row.hasRemaining()) {
                    row.putFloat((float) (0.02 * random.nextGaussian()));
                }
                out.write(row.array());
            }
        }
    }
}
