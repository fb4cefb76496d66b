package ham.cli.export;

import ham.cli.console.Usage;
import ham.job.export.PatchChoice;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** A patch instead of a model, or beside one. */
final class PatchOptions {
    private static final Set<String> BESIDE_APPLY =
            Set.of("--apply", "--base", "--out", "--force", "--json", "--debug");

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

    /** Refuses what a patch is made or applied without. */
    void check(CommandSpec spec) {
        Usage.requireWith(spec, patch != null, "--patch FILE", "--from", "--from-merged");
        if (apply == null) {
            return;
        }
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            Usage.requireWith(
                    spec,
                    BESIDE_APPLY.contains(option.longestName()),
                    "an export instead of --apply",
                    option.longestName());
        }
    }

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
