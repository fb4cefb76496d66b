package ham.job.export;

import ham.merge.folder.Merged;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A patch beside the model.
 *
 * @param file the patch to write
 * @param from the model that devices have; empty for the base, where that is an ONNX model
 * @param fromMerged the merge that the deployed model holds; empty for a bare base
 */
public record PatchChoice(Path file, Optional<Path> from, Optional<Path> fromMerged) {
    Merged before() {
        return fromMerged.map(Merged::read).orElseGet(Merged::none);
    }
}
