package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.merge.tensor.Matrix;
import ham.train.engine.MixedPrecision;
import ham.train.vit.VitForward;
import ham.train.vit.VitScript;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/**
 * The tail of a ViT with fixed deltas: features of latents ({@link FeatureExtractor.Extracted}), in float32. It costs about a thousandth of a
 * whole forward pass, since it works on token 0 alone.
 */
public final class TailExtractor implements AutoCloseable {
    private static final int ROWS = 1000;

    private final VitForward vit;
    private final FixedNetwork tail;

    /**
     * Adds deltas to the base weights, once.
     *
     * @param deltas weight name to [out, in]; empty for the frozen backbone
     * @throws ham.merge.InputException if a delta does not fit the model
     */
    public TailExtractor(VitForward vit, SortedMap<String, Matrix> deltas) {
        this.vit = vit;
        tail = new FixedNetwork(
                vit,
                deltas,
                VitScript.FUNCTIONS,
                List.of("states"),
                "  return " + VitScript.tail("states", vit, MixedPrecision.FP32, List.of()) + "\n");
    }

    /**
     * Features of latents.
     *
     * @param states row-major [n, 2 d]
     * @return row-major [n, d]
     */
    public float[] features(float[] states) {
        int width = 2 * vit.config().hidden();
        float[] features = new float[states.length / 2];
        for (int from = 0; from < states.length; from += ROWS * width) {
            float[] part = Arrays.copyOfRange(states, from, Math.min(from + ROWS * width, states.length));
            try (NDManager batch = tail.newBatch()) {
                float[] values = activations(batch, batch.create(part, new Shape(part.length / width, width)))
                        .get(0)
                        .toFloatArray();
                System.arraycopy(values, 0, features, from / 2, values.length);
            }
        }
        return features;
    }

    /**
     * Features of latents in the engine, [n, d], then the normalised input of the last MLP, [n, d], and its hidden activations, [n, mlp].
     *
     * @param batch to which the results belong
     * @param states [n, 2 d]
     */
    public NDList activations(NDManager batch, NDArray states) {
        return tail.call(batch, List.of(states));
    }

    @Override
    public void close() {
        tail.close();
    }
}
