package ham.export.patch;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.nio.file.Path;
import java.util.List;

/**
 * What a patch costs.
 *
 * @param patch the file
 * @param bytes its size
 * @param modelBytes size of the model that it makes
 * @param baseSha256 of the model that it applies to
 * @param resultSha256 of the model that it makes
 * @param weights the changed weights
 */
@JsonPropertyOrder({"file", "bytes", "model_bytes", "dense_bytes", "base_sha256", "result_sha256", "weights"})
public record PatchReport(
        @JsonProperty("file") @JsonSerialize(using = ToStringSerializer.class) Path patch,
        long bytes,
        @JsonProperty("model_bytes") long modelBytes,
        @JsonProperty("base_sha256") String baseSha256,
        @JsonProperty("result_sha256") String resultSha256,
        List<Weight> weights) {
    public PatchReport {
        weights = List.copyOf(weights);
    }

    /**
     * How one weight is stored.
     *
     * @param name of the constant
     * @param how {@code factors}, {@code dense} (what the weight differs from the one before) or {@code new}
     * @param bytes in the patch
     * @param denseBytes as a float32 delta
     */
    public record Weight(String name, String how, long bytes, long denseBytes) {}

    /** The same under another path, to which the file was moved. */
    public PatchReport at(Path file) {
        return new PatchReport(file, bytes, modelBytes, baseSha256, resultSha256, weights);
    }

    /** All changed weights as float32 deltas. */
    @JsonProperty("dense_bytes")
    public long denseBytes() {
        return weights.stream().mapToLong(Weight::denseBytes).sum();
    }
}
