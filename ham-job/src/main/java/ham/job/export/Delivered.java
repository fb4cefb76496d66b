package ham.job.export;

import java.util.Optional;

/**
 * A model that was handed over.
 *
 * @param exported the model
 * @param patch the patch beside it
 */
public record Delivered(Exported exported, Optional<PatchRecord> patch) {
    /** The record of it. */
    public ExportRecord record() {
        return ExportRecord.of(exported, patch);
    }
}
