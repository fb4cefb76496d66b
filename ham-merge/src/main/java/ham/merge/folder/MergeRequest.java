package ham.merge.folder;

import ham.merge.record.MergeMode;
import java.util.Optional;

/**
 * What was asked of a merge besides its parameters; with the adapters it decides the mode.
 *
 * @param mode as it was asked for, empty to find out
 * @param weightsGiven whether importance scalars or weights were given in place of the adapters' own
 */
public record MergeRequest(Optional<MergeMode> mode, boolean weightsGiven) {}
