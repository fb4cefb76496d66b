package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ham.merge.tensor.Matrix;
import ham.runtime.tensor.Tensor;
import ham.train.data.Examples;
import ham.train.engine.MixedPrecision;
import ham.train.engine.TensorArrays;
import ham.train.input.Batch;
import ham.train.input.BatchStream;
import ham.train.input.ImageReader;
import ham.train.input.InputReader;
import ham.train.input.InputSource;
import ham.train.vit.VitForward;
import ham.train.vit.VitScript;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
     * Features of examples of a set, which are made ready ahead on a thread of its own.
     *
     * @param indices which examples
     * @return row-major [indices, d]
     */
    public float[] features(Examples set, int[] indices, InputReader reader) {
        return read(reader.open(set, indices), vit.config().hidden()).get(0);
    }

    /**
     * Features of examples of a set, and the latents that they were computed from.
     *
     * @param indices which examples
     */
    public Extracted extract(Examples set, int[] indices, InputReader reader) {
        int d = vit.config().hidden();
        List<float[]> both = read(reader.open(set, indices), d, 2 * d);
        return new Extracted(both.get(0), both.get(1));
    }

    /**
     * The network's first results for examples, computed in batches of like length.
     *
     * @param widths of these results
     */
    private List<float[]> read(InputSource source, int... widths) {
        int count = source.size();
        List<float[]> results = Arrays.stream(widths)
                .mapToObj(width -> new float[Math.multiplyExact(count, width)])
                .toList();
        int[] order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparing(source::length))
                .mapToInt(each -> each)
                .toArray();
        int batches = (count + BATCH - 1) / BATCH;
        try (BatchStream stream = new BatchStream(source, Math.min(BATCH, count), batches, (number, writer) -> {
            int start = number * BATCH;
            int end = Math.min(start + BATCH, count);
            for (int i = start; i < end; i++) {
                writer.add(order[i]);
            }
            return new int[end - start];
        })) {
            for (int number = 0; number < batches; number++) {
                Batch batch = stream.next();
                int start = number * BATCH;
                forward(batch.inputs(), Arrays.copyOfRange(order, start, start + batch.size()), results, widths);
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
        int side = vit.config().imageSize();
        for (int start = 0; start < n; start += BATCH) {
            int count = Math.min(BATCH, n - start);
            Tensor part =
                    Tensor.of(Arrays.copyOfRange(pixels, start * image, (start + count) * image), count, 3, side, side);
            int[] rows = IntStream.range(start, start + count).toArray();
            forward(Map.of(ImageReader.INPUT, part), rows, List.of(features), d);
        }
        return features;
    }

    /** Writes results of a batch at these rows. */
    private void forward(Map<String, Tensor> inputs, int[] rows, List<float[]> results, int... widths) {
        try (NDManager batch = network.newBatch()) {
            NDArray input = TensorArrays.of(batch, inputs.get(ImageReader.INPUT));
            NDList outputs = network.call(batch, input);
            for (int i = 0; i < widths.length; i++) {
                float[] values = outputs.get(i).toFloatArray();
                for (int row = 0; row < rows.length; row++) {
                    System.arraycopy(values, row * widths[i], results.get(i), rows[row] * widths[i], widths[i]);
                }
            }
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
