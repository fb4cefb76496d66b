package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.ImageSet;
import ham.train.input.PixelBuffer;
import ham.train.vit.VitForward;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * Features of a ViT with fixed deltas: token 0 after the final LayerNorm, float32 [n, d]. Memory stays flat whatever the number
 * of images.
 */
public final class FeatureExtractor implements AutoCloseable {
    private static final int BATCH = 100;

    private final VitForward vit;
    private final NDManager manager;
    private final Map<String, NDArray> effective = new HashMap<>();

    /**
     * Adds deltas to the base weights, once.
     *
     * @param deltas weight name to [out, in]; empty for the frozen backbone
     * @throws InputException if a delta does not fit the model
     */
    public FeatureExtractor(VitForward vit, SortedMap<String, Matrix> deltas) {
        this.vit = vit;
        manager = vit.engine().newManager();
        deltas.forEach((name, delta) -> effective.put(name, sum(name, delta)));
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
     * Features of images of a set.
     *
     * @param indices which images
     * @return row-major [indices, d]
     */
    public float[] features(ImageSet images, int[] indices, Preprocessing preprocessing) {
        int d = vit.config().hidden();
        float[] features = new float[Math.multiplyExact(indices.length, d)];
        PixelBuffer pixels = new PixelBuffer(preprocessing, Math.min(BATCH, indices.length));
        for (int start = 0; start < indices.length; start += BATCH) {
            int end = Math.min(start + BATCH, indices.length);
            pixels.clear();
            for (int i = start; i < end; i++) {
                pixels.add(preprocessing.resize(images.image(indices[i])));
            }
            System.arraycopy(forward(pixels.bytes(), end - start), 0, features, start * d, (end - start) * d);
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
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray input = manager.create(pixels, new Shape(n, 3, side, side), DataType.FLOAT32);
            return vit.features(input, effective).toFloatArray();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
