package ham.merge.folder;

import ham.merge.record.ScaleChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a merge comes from, for its record and its card.
 *
 * @param command the arguments of the process as they were typed, program first; empty when a program merged
 * @param version of ham, empty when unknown
 * @param base the checkpoint whose names the deltas have, as it was typed
 * @param choice which part of the merged delta this is, where it was chosen on held-out images
 */
public record MergeOrigin(
        List<String> command, Optional<String> version, Optional<Path> base, Optional<ScaleChoice> choice) {
    /** A merge of which nothing is known but itself. */
    public static final MergeOrigin UNKNOWN = new MergeOrigin(List.of(), Optional.empty(), Optional.empty());

    /** A merge whose scale nobody chose. */
    public MergeOrigin(List<String> command, Optional<String> version, Optional<Path> base) {
        this(command, version, base, Optional.empty());
    }

    /** The same with a choice. */
    public MergeOrigin choosing(Optional<ScaleChoice> scale) {
        return new MergeOrigin(command, version, base, scale);
    }

    public MergeOrigin {
        command = List.copyOf(command);
    }
}
