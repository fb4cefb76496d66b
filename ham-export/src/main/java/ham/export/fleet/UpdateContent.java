package ham.export.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What an update does, as its signature covers it.
 *
 * @param format of this text: 1
 * @param previous SHA-256 of the signed text of the update that comes before it; empty for the first of a chain
 * @param base SHA-256 of the model file that it applies to
 * @param result SHA-256 of the model file that it makes
 * @param files every file that changes: external data first, the model itself last
 */
public record UpdateContent(
        @JsonProperty("ham.update") int format, String previous, String base, String result, List<FileChange> files) {
    static final int FORMAT = 1;

    public UpdateContent {
        files = List.copyOf(files);
    }

    /**
     * One file.
     *
     * @param from name of the file that is there, beside the model; empty for the model, whatever it is called
     * @param to name of the file that is made; empty for the model
     * @param patchSha256 of the patch
     * @param resultSha256 of the file that is made
     */
    public record FileChange(String from, String to, String patchSha256, String resultSha256) {
        /** Whether this is the model, and no external data of it. */
        boolean isModel() {
            return to.isEmpty();
        }
    }
}
