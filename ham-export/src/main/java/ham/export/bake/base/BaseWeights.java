package ham.export.bake.base;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The weights that a graph was exported from, as far as baking needs them. */
public interface BaseWeights {

    /** Where they were read. */
    Path path();

    /**
     * The part of a tensor that a delta's name means.
     *
     * @param delta name of a weight or bias in the merge
     * @return empty if there is no such layer
     */
    Optional<WeightBlock> find(String delta);

    /** Values of a part [rows, columns], row-major, as float32; the array is good until the next call. */
    float[] values(WeightBlock block);

    /** Other parts of these weights with the shape of a part; the same part is not among them. */
    List<WeightBlock> alike(WeightBlock block);

    /** The classifier's weight [classes, d], if there is one. */
    Optional<WeightBlock> classifier();

    /** SHA-256 over the tensors, as adapters record it ({@link ham.merge.safetensors.TensorHash}). */
    String sha256();
}
