package ham.job.export;

import ham.export.pack.TritonSettings;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder instead of a file.
 *
 * @param kind which
 * @param adapters of the tasks in order, or a run folder; empty for those that the merge was made from
 * @param triton of a model repository
 */
public record PackageChoice(PackageKind kind, List<Path> adapters, TritonSettings triton) {
    public PackageChoice {
        adapters = List.copyOf(adapters);
    }
}
