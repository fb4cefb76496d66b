package ham.cli.export;

import ham.job.export.PatchChoice;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A patch instead of a model, or beside one. */
final class PatchOptions {
    @Option(
            names = "--patch",
            paramLabel = "FILE.hampatch",
            description = "Write also the patch that turns the deployed model (--from) into this one.")
    private Path patch;

    @Option(
            names = "--from",
            paramLabel = "DEPLOYED.onnx",
            description = "With --patch: the model that devices have (default: --base where that is an ONNX model).")
    private Path from;

    @Option(
            names = "--from-merged",
            paramLabel = "MERGED",
            description = "With --patch: the merge that the deployed model holds, which makes the patch smaller"
                    + " (default: none, a bare base).")
    private Path fromMerged;

    @Option(
            names = "--apply",
            paramLabel = "FILE.hampatch",
            description = "Apply a patch to the ONNX model --base instead of exporting.")
    private Path apply;

    /** The patch that is to be written. */
    Optional<PatchChoice> choice() {
        return Optional.ofNullable(patch)
                .map(file -> new PatchChoice(file, Optional.ofNullable(from), Optional.ofNullable(fromMerged)));
    }

    /** The patch that is to be applied. */
    Optional<Path> apply() {
        return Optional.ofNullable(apply);
    }
}
