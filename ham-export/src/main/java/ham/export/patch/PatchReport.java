package ham.export.patch;

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
public record PatchReport(
        Path patch, long bytes, long modelBytes, String baseSha256, String resultSha256, List<Weight> weights) {
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

    /** All changed weights as float32 deltas. */
    public long denseBytes() {
        return weights.stream().mapToLong(Weight::denseBytes).sum();
    }
}
