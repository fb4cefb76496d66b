package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.tensor.Matrix;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.ImageSet;
import ham.train.engine.MixedPrecision;
import ham.train.input.Batch;
import ham.train.input.BatchStream;
import ham.train.vit.VitForward;
import ham.train.vit.VitScript;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;

/**
 * Features of a ViT with fixed deltas: token 0 after the final LayerNorm, [n, d]. Always computed in float32, whatever training does: heads
 * are fitted on these features and deployed in float32. Memory stays flat whatever the number of images.
 */
public final class FeatureExtractor implements AutoCloseable {
    private static final int BATCH = 100;

    /**
     * What a pass gives of n images.
     *
     * @param features token 0 after the final LayerNorm, [n, d], row-major
     * @param states what enters the last block's output projection at token 0: the attended values, then the residual, [n, 2 d]; a delta
     *     of the tail does not change them
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Extracted(float[] features, float[] states) {}

    private final VitForward vit;
    private final FixedNetwork network;

    /**
     * Adds deltas to the base weights, once.
     *
     * @param deltas weight name to [out, in]; empty for the frozen backbone
     * @throws ham.merge.InputException if a delta does not fit the model
     */
    public FeatureExtractor(VitForward vit, SortedMap<String, Matrix> deltas) {
        this.vit = vit;
        network = new FixedNetwork(
                vit,
                deltas,
                "pixels",
                "  s = " + VitScript.states(vit, MixedPrecision.FP32, List.of()) + "\n  return ["
                        + VitScript.tail("s", vit, MixedPrecision.FP32, List.of()) + "[0], s]\n");
    }

    /**
     * Features of images of a set, which are decoded and resized ahead, on all cores.
     *
     * @param indices which images
     * @return row-major [indices, d]
     */
    public float[] features(ImageSet images, int[] indices, Preprocessing preprocessing) {
        return read(images, indices, preprocessing, vit.config().hidden()).get(0);
    }

    /**
     * Features of images of a set, and the latents that they were computed from.
     *
     * @param indices which images
     */
    public Extracted extract(ImageSet images, int[] indices, Preprocessing preprocessing) {
        int d = vit.config().hidden();
        List<float[]> both = read(images, indices, preprocessing, d, 2 * d);
        return new Extracted(both.get(0), both.get(1));
    }

    /**
     * The network's first results for images of a set.
     *
     * @param widths of these results
     */
    private List<float[]> read(ImageSet images, int[] indices, Preprocessing preprocessing, int... widths) {
        List<float[]> results = Arrays.stream(widths)
                .mapToObj(width -> new float[Math.multiplyExact(indices.length, width)])
                .toList();
        int batches = (indices.length + BATCH - 1) / BATCH;
        try (BatchStream stream =
                new BatchStream(preprocessing, Math.min(BATCH, indices.length), batches, (number, pixels) -> {
                    int start = number * BATCH;
                    int end = Math.min(start + BATCH, indices.length);
                    IntStream.range(start, end)
                            .parallel()
                            .mapToObj(i -> preprocessing.resize(images.image(indices[i])))
                            .toList()
                            .forEach(pixels::add);
                    return new int[end - start];
                })) {
            for (int number = 0; number < batches; number++) {
                Batch batch = stream.next();
                forward(batch.pixels(), batch.size(), number * BATCH, results, widths);
            }
        }
        return results;
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
            forward(bytes.duplicate().limit(count * image * Float.BYTES), count, start, List.of(features), d);
        }
        return features;
    }

    /** Writes results of n images at the rows from {@code first} on. */
    private void forward(ByteBuffer pixels, int n, int first, List<float[]> results, int... widths) {
        int side = vit.config().imageSize();
        try (NDManager batch = network.newBatch()) {
            NDArray input = batch.create(pixels, new Shape(n, 3, side, side), DataType.FLOAT32);
            NDList outputs = network.call(batch, input);
            for (int i = 0; i < widths.length; i++) {
                System.arraycopy(outputs.get(i).toFloatArray(), 0, results.get(i), first * widths[i], n * widths[i]);
            }
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
