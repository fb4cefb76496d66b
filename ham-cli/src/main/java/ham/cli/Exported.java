package ham.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.ExportResult;
import ham.merge.io.JsonFiles;

/**
 * A model that was written, and what is to be said of it beyond its parity.
 *
 * @param result what was written
 * @param text for people, after the result's own
 * @param json for programs, beside the result's own keys
 */
record Exported(ExportResult result, String text, ObjectNode json) {
    static Exported of(ExportResult result) {
        return new Exported(result, "", JsonFiles.object());
    }

    Exported with(ExportResult other) {
        return new Exported(other, text, json);
    }
}
