package ham.job.export;

import ham.export.patch.PatchReport;
import java.util.Optional;

/**
 * A model that was handed over.
 *
 * @param exported the model
 * @param patch the patch beside it
 */
public record Delivered(Exported exported, Optional<PatchReport> patch) {
    /** The record of it. */
    public ExportRecord record() {
        return ExportRecord.of(exported, patch);
    }
}
