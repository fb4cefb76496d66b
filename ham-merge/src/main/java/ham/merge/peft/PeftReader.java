package ham.merge.peft;

import ham.merge.InputException;
import ham.merge.checkpoint.OtherWeights;
import ham.merge.gram.GramFile;
import ham.merge.safetensors.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Opens a PEFT LoRA folder. */
public final class PeftReader {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PICKLE = "adapter_model.bin";

    private PeftReader() {}

    /** The file that holds an adapter's tensors. */
    public static Path weights(Path folder) {
        return folder.resolve(WEIGHTS);
    }

    /**
     * Opens an adapter: checks its configuration and the header of its tensors, reads no tensor.
     *
     * @param folder holds {@code adapter_config.json} and {@code adapter_model.safetensors}
     * @param name what the adapter is called from here on
     * @throws InputException when a file is missing or damaged, the adapter is no plain LoRA, or configuration and tensors disagree
     */
    public static PeftAdapter read(Path folder, String name) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    folder,
                    "expected an adapter folder with " + CONFIG + " and " + WEIGHTS + ", found "
                            + (Files.exists(folder) ? "a file" : "nothing"));
        }
        if (!Files.exists(folder.resolve(CONFIG))) {
            OtherWeights.refuseCache(folder);
        }
        PeftConfig config = PeftConfig.read(folder.resolve(CONFIG));
        if (!Files.exists(weights(folder), LinkOption.NOFOLLOW_LINKS) && Files.exists(folder.resolve(PICKLE))) {
            throw new InputException(
                    folder.resolve(PICKLE),
                    "expected " + WEIGHTS
                            + ", found a pickle, which can run code when it is read; load the adapter with"
                            + " PEFT and save it again, which writes safetensors");
        }
        Path grams = folder.resolve(GramFile.NAME);
        return new PeftAdapter(
                name,
                SafetensorsFile.open(weights(folder)),
                config,
                Files.exists(grams) ? Optional.of(GramFile.open(grams)) : Optional.empty());
    }
}
