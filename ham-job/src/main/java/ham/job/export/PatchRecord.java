package ham.job.export;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import ham.export.patch.PatchReport;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.List;

/**
 * A patch that was written beside a model.
 *
 * @param file the patch
 * @param bytes its size
 * @param modelBytes size of the model that it makes
 * @param denseBytes size of the changed weights as float32
 * @param baseSha256 SHA-256 of the model that it is applied to
 * @param resultSha256 SHA-256 of the model that it makes
 * @param weights how each changed weight is stored
 */
public record PatchRecord(
        String file,
        long bytes,
        @JsonProperty("model_bytes") long modelBytes,
        @JsonProperty("dense_bytes") long denseBytes,
        @JsonProperty("base_sha256") String baseSha256,
        @JsonProperty("result_sha256") String resultSha256,
        List<JsonNode> weights) {
    static PatchRecord of(Path file, PatchReport report) {
        return new PatchRecord(
                file.toString(),
                report.bytes(),
                report.modelBytes(),
                report.denseBytes(),
                report.baseSha256(),
                report.resultSha256(),
                report.weights().stream().map(JsonFiles::tree).toList());
    }
}
