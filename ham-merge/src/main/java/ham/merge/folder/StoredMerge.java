package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.join.Importance;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A merge folder as what it was made from, so that the merge can be made again: the adapters in order, with their factors (as they are in the
 * merge, so pruned for ham: pruning them again changes nothing), biases, records and heads. Factors are read when they are asked for.
 *
 * @param folder the merge folder
 * @param adapters in the order of the merge, under their earlier paths and hashes
 * @param weights the importance (ham) or weight of each
 * @param settings method and parameters
 * @param mode what the merge was
 * @param request what decided the mode
 * @param base the checkpoint whose names the deltas have, as it was typed; empty when none was
 */
public record StoredMerge(
        Path folder,
        List<AdapterFolder> adapters,
        List<Importance> weights,
        MergeSettings settings,
        MergeMode mode,
        MergeRequest request,
        Optional<Path> base) {
    public StoredMerge {
        adapters = List.copyOf(adapters);
        weights = List.copyOf(weights);
    }

    /**
     * Opens a merge folder.
     *
     * @throws InputException when a file is missing or damaged, or when files disagree
     */
    public static StoredMerge open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    folder,
                    "expected a merge folder with " + MergeFolder.RECORD + ", found "
                            + (Files.exists(folder) ? "a file" : "nothing"));
        }
        return MergeFolder.open(folder).stored();
    }
}
