package ham.merge.peft;

import ham.merge.RawTensors;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Makes PEFT adapter folders with random tensors, and knows the values that went into them. */
public final class PeftFolder {
    private static final String PREFIX = "base_model.model.";

    private final Random random;
    private final Map<String, Object> config = new TreeMap<>(Map.of("peft_type", "LORA"));
    private final RawTensors tensors = new RawTensors();
    private final Map<String, float[]> values = new TreeMap<>();

    public PeftFolder(Random random) {
        this.random = random;
    }

    /** Sets a key of {@code adapter_config.json}. */
    public PeftFolder config(String key, Object value) {
        config.put(key, value);
        return this;
    }

    /** Adds both factors of a module. */
    public PeftFolder pair(String module, String dtype, int rank, int outputs, int inputs) {
        tensor(module + ".lora_A.weight", dtype, rank, inputs);
        return tensor(module + ".lora_B.weight", dtype, outputs, rank);
    }

    /** Adds a random tensor; its name without {@code base_model.model.}. */
    public PeftFolder tensor(String name, String dtype, long... shape) {
        int size = 1;
        for (long each : shape) {
            size *= Math.toIntExact(each);
        }
        float[] drawn = new float[size];
        int[] bits = new int[size];
        for (int i = 0; i < size; i++) {
            // 2^-4 to 2^4, with as many digits as the dtype has: exact in every dtype, and computed without the
            // reader's own decoding.
            int mantissaBits = dtype.equals("BF16") ? 7 : dtype.equals("F16") ? 10 : 23;
            int mantissa = random.nextInt(1 << mantissaBits);
            int exponent = random.nextInt(9) - 4;
            boolean negative = random.nextBoolean();
            double magnitude = Math.scalb(1 + Math.scalb((double) mantissa, -mantissaBits), exponent);
            drawn[i] = (float) (negative ? -magnitude : magnitude);
            int bias = dtype.equals("F16") ? 15 : 127;
            bits[i] = (negative ? 0x8000 : 0) | (exponent + bias) << mantissaBits | mantissa;
        }
        byte[] bytes = dtype.equals("F32") ? RawTensors.float32(drawn) : RawTensors.words(bits);
        tensors.add(PREFIX + name, dtype, Arrays.stream(shape).boxed().toList(), bytes);
        values.put(name, drawn);
        return this;
    }

    /** Adds a tensor whose bytes are those of another. */
    public PeftFolder copy(String name, String of) {
        RawTensors.Raw raw = tensors.get(PREFIX + of);
        tensors.add(PREFIX + name, raw.dtype(), raw.shape(), raw.bytes());
        return this;
    }

    /** The values of a tensor. */
    public float[] values(String name) {
        return values.get(name);
    }

    /** {@code s B A} [out, in], entry by entry. */
    public double[][] delta(String module, double scaling, int rank, int outputs, int inputs) {
        float[] a = values(module + ".lora_A.weight");
        float[] b = values(module + ".lora_B.weight");
        double[][] delta = new double[outputs][inputs];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                double sum = 0;
                for (int r = 0; r < rank; r++) {
                    sum += (double) b[o * rank + r] * a[r * inputs + i];
                }
                delta[o][i] = scaling * sum;
            }
        }
        return delta;
    }

    /** Writes the two files into a new or existing folder. */
    public Path write(Path folder) {
        try {
            Files.createDirectories(folder);
            JsonFiles.write(folder.resolve("adapter_config.json"), JsonFiles.tree(config));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tensors.write(folder.resolve("adapter_model.safetensors"));
        return folder;
    }
}
