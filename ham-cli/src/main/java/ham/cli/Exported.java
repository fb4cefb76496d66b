package ham.cli;

import ham.export.ExportRecord;
import ham.export.ExportResult;

/**
 * A model that was written, and what is to be said of it beyond its parity.
 *
 * @param result what was written
 * @param text for people, after the result's own
 * @param record for programs
 */
record Exported(ExportResult result, String text, ExportRecord record) {
    static Exported of(ExportResult result) {
        return new Exported(result, "", ExportRecord.of(result));
    }
}
