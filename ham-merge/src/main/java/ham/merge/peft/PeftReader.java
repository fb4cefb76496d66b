package ham.merge.peft;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a PEFT LoRA folder. */
public final class PeftReader {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";
    static final String PREFIX = "base_model.model.";
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";

    private PeftReader() {}

    /** The file that holds an adapter's tensors. */
    public static Path weights(Path folder) {
        return folder.resolve(WEIGHTS);
    }

    /**
     * Reads an adapter; half-precision factors are converted to float32.
     *
     * @param folder holds {@code adapter_config.json} and {@code adapter_model.safetensors}
     * @param name what the adapter is called from here on
     * @throws InputException when a file is missing or damaged, the adapter is no plain LoRA, or configuration and tensors disagree
     */
    public static LoraAdapter read(Path folder, String name) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    folder,
                    "expected an adapter folder with " + CONFIG + " and " + WEIGHTS + ", found "
                            + (Files.exists(folder) ? "a file" : "nothing"));
        }
        PeftConfig config = PeftConfig.read(folder.resolve(CONFIG));
        SafetensorsFile file = SafetensorsFile.open(weights(folder));
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        for (String tensor : file.names()) {
            if (!tensor.startsWith(PREFIX) || !(tensor.endsWith(A) || tensor.endsWith(B))) {
                throw new InputException(
                        file.path(),
                        "expected only " + PREFIX + "MODULE" + A + " and " + B.substring(1) + ", found the tensor '"
                                + tensor + "'");
            }
            String module = tensor.substring(PREFIX.length(), tensor.length() - A.length());
            factors.computeIfAbsent(module + ".weight", key -> factors(file, config, module));
        }
        if (factors.isEmpty()) {
            throw new InputException(file.path(), "expected LoRA factors, found no tensor at all");
        }
        return new LoraAdapter(name, factors);
    }

    private static LoraFactors factors(SafetensorsFile file, PeftConfig config, String module) {
        Matrix a = half(file, module, A, B);
        Matrix b = half(file, module, B, A);
        int rank = config.rank(module);
        if (a.rows() != rank || b.columns() != rank) {
            throw new InputException(
                    file.path(),
                    "module " + module + ": expected the rank " + rank + " of " + CONFIG + ", found A " + a + " and B "
                            + b);
        }
        return new LoraFactors(a, b, config.scaling(module));
    }

    private static Matrix half(SafetensorsFile file, String module, String half, String other) {
        String tensor = PREFIX + module + half;
        if (!file.has(tensor)) {
            throw new InputException(
                    file.path(),
                    "expected '" + tensor + "' beside '" + PREFIX + module + other + "', found none of that name");
        }
        return file.matrix(tensor);
    }
}
