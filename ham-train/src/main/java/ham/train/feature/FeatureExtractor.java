package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.ImageSet;
import ham.train.engine.MixedPrecision;
import ham.train.engine.TorchScript;
import ham.train.input.Batch;
import ham.train.input.BatchStream;
import ham.train.vit.VitForward;
import ham.train.vit.VitScript;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Features of a ViT with fixed deltas: token 0 after the final LayerNorm, [n, d]. Always computed in float32, whatever training does: heads
 * are fitted on these features and deployed in float32. Memory stays flat whatever the number of images.
 */
public final class FeatureExtractor implements AutoCloseable {
    private static final int BATCH = 100;

    private final VitForward vit;
    private final NDManager manager;
    private final TorchScript program;
    /** Weights of the linear layers, effective ones where there are deltas. */
    private final List<NDArray> weights = new ArrayList<>();

    /**
     * Adds deltas to the base weights, once.
     *
     * @param deltas weight name to [out, in]; empty for the frozen backbone
     * @throws InputException if a delta does not fit the model
     */
    public FeatureExtractor(VitForward vit, SortedMap<String, Matrix> deltas) {
        this.vit = vit;
        manager = vit.engine().newManager();
        Map<String, NDArray> effective = new HashMap<>();
        deltas.forEach((name, delta) -> effective.put(name, sum(name, delta)));
        for (String name : vit.linearNames()) {
            NDArray changed = effective.get(name);
            weights.add(changed == null ? vit.weight(name) : changed);
        }
        program = new TorchScript(
                vit.engine(),
                VitScript.FUNCTIONS,
                "forward(pixels: Tensor, fixed: List[Tensor], w: List[Tensor]) -> List[Tensor]:\n  return ["
                        + VitScript.call(vit, MixedPrecision.FP32, List.of()) + "]\n");
    }

    private NDArray sum(String name, Matrix delta) {
        NDArray base = vit.weight(name);
        Shape shape = new Shape(delta.rows(), delta.columns());
        if (!base.getShape().equals(shape)) {
            throw new InputException(name + ": expected a delta " + base.getShape() + ", found " + shape
                    + "; use adapters of this base");
        }
        NDArray sum = manager.create(delta.data(), shape);
        sum.addi(base);
        return sum;
    }

    /**
     * Features of images of a set, which are decoded and resized ahead on a thread of its own.
     *
     * @param indices which images
     * @return row-major [indices, d]
     */
    public float[] features(ImageSet images, int[] indices, Preprocessing preprocessing) {
        int d = vit.config().hidden();
        float[] features = new float[Math.multiplyExact(indices.length, d)];
        int batches = (indices.length + BATCH - 1) / BATCH;
        try (BatchStream stream =
                new BatchStream(preprocessing, Math.min(BATCH, indices.length), batches, (number, pixels) -> {
                    int start = number * BATCH;
                    int end = Math.min(start + BATCH, indices.length);
                    for (int i = start; i < end; i++) {
                        pixels.add(preprocessing.resize(images.image(indices[i])));
                    }
                    return new int[end - start];
                })) {
            for (int number = 0; number < batches; number++) {
                Batch batch = stream.next();
                float[] part = forward(batch.pixels(), batch.size());
                System.arraycopy(part, 0, features, number * BATCH * d, part.length);
            }
        }
        return features;
    }

    /**
     * Features of pixel values.
     *
     * @param pixels normalised float32 [n, 3, side, side], row-major
     * @return row-major [n, d]
     */
    public float[] features(float[] pixels) {
        int image = 3 * vit.config().imageSize() * vit.config().imageSize();
        int n = pixels.length / image;
        int d = vit.config().hidden();
        float[] features = new float[Math.multiplyExact(n, d)];
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.min(BATCH, n) * image * Float.BYTES)
                .order(ByteOrder.nativeOrder());
        for (int start = 0; start < n; start += BATCH) {
            int count = Math.min(BATCH, n - start);
            bytes.asFloatBuffer().put(pixels, start * image, count * image);
            float[] part = forward(bytes.duplicate().limit(count * image * Float.BYTES), count);
            System.arraycopy(part, 0, features, start * d, count * d);
        }
        return features;
    }

    private float[] forward(ByteBuffer pixels, int n) {
        int side = vit.config().imageSize();
        try (NDManager batch = manager.newSubManager()) {
            NDArray input = batch.create(pixels, new Shape(n, 3, side, side), DataType.FLOAT32);
            return program.call(false, batch, List.of(input), vit.fixed(), weights)
                    .get(0)
                    .toFloatArray();
        }
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
