package ham.merge.folder;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a merge comes from, for its record and its card.
 *
 * @param command the arguments of the process as they were typed, program first; empty when a program merged
 * @param version of ham, empty when unknown
 * @param base the checkpoint whose names the deltas have, as it was typed
 */
public record MergeOrigin(List<String> command, Optional<String> version, Optional<Path> base) {
    /** A merge of which nothing is known but itself. */
    public static final MergeOrigin UNKNOWN = new MergeOrigin(List.of(), Optional.empty(), Optional.empty());

    public MergeOrigin {
        command = List.copyOf(command);
    }
}
