package ham.train.feature;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ham.merge.encoder.EncoderInput;
import ham.merge.tensor.Matrix;
import ham.runtime.tensor.Tensor;
import ham.train.backbone.Backbone;
import ham.train.data.Examples;
import ham.train.engine.MixedPrecision;
import ham.train.engine.TensorArrays;
import ham.train.input.Batch;
import ham.train.input.BatchStream;
import ham.train.input.InputReader;
import ham.train.input.InputSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.IntStream;

/**
 * Features of a network with fixed deltas, [n, d]: of a ViT token 0 after the final LayerNorm. Always computed in float32, whatever training does: heads
 * are fitted on these features and deployed in float32. Memory stays flat whatever the number of images.
 */
public final class FeatureExtractor implements AutoCloseable {
    private static final int BATCH = 100;

    /**
     * What a pass gives of n images.
     *
     * @param features [n, d], row-major
     * @param states of a plain ViT what enters the last block's output projection at token 0: the attended values, then the residual, [n, 2 d]; a
     *     delta of the tail does not change them. Of any other network the features
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Extracted(float[] features, float[] states) {}

    private final Backbone backbone;
    private final FixedNetwork network;
    private final boolean hasStates;

    /**
     * Adds deltas to the base weights, once.
     *
     * @param deltas weight name to [out, in]; empty for the frozen backbone
     * @throws ham.merge.InputException if a delta does not fit the model
     */
    public FeatureExtractor(Backbone backbone, SortedMap<String, Matrix> deltas) {
        this.backbone = backbone;
        String features = backbone.features("s", MixedPrecision.FP32, List.of());
        network = new FixedNetwork(
                backbone,
                deltas,
                backbone.functions(MixedPrecision.FP32, List.of()),
                backbone.inputs(),
                "  s = " + backbone.states(MixedPrecision.FP32, List.of()) + "\n  return ["
                        + (features.equals("s") ? "s" : features + ", s") + "]\n");
        hasStates = !features.equals("s");
    }

    /**
     * Features of examples of a set, which are made ready ahead, images on all cores.
     *
     * @param indices which examples
     * @return row-major [indices, d]
     */
    public float[] features(Examples set, int[] indices, InputReader reader) {
        return read(reader.open(set, indices), backbone.width()).get(0);
    }

    /**
     * Features of examples of a set, and the latents that they were computed from.
     *
     * @param indices which examples
     */
    public Extracted extract(Examples set, int[] indices, InputReader reader) {
        InputSource source = reader.open(set, indices);
        if (!hasStates) {
            float[] features = read(source, backbone.width()).get(0);
            return new Extracted(features, features);
        }
        List<float[]> both = read(source, backbone.width(), backbone.stateWidth());
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
            int[] indices = Arrays.copyOfRange(order, number * BATCH, Math.min((number + 1) * BATCH, count));
            writer.add(indices);
            return new int[indices.length];
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
     * @param pixels normalised float32 [n, channels, side, side], row-major
     * @return row-major [n, d]
     */
    public float[] features(float[] pixels) {
        List<Long> image = backbone.imageShape();
        int values = Math.toIntExact(image.stream().reduce(1L, Math::multiplyExact));
        int n = pixels.length / values;
        int d = backbone.width();
        float[] features = new float[Math.multiplyExact(n, d)];
        for (int start = 0; start < n; start += BATCH) {
            int count = Math.min(BATCH, n - start);
            Tensor part = Tensor.of(
                    Arrays.copyOfRange(pixels, start * values, (start + count) * values),
                    count,
                    image.get(0),
                    image.get(1),
                    image.get(2));
            int[] rows = IntStream.range(start, start + count).toArray();
            forward(Map.of(EncoderInput.PIXELS, part), rows, List.of(features), d);
        }
        return features;
    }

    /** Features of inputs that are a batch as they stand, row-major [n, d]. */
    public float[] features(Map<String, Tensor> inputs) {
        int n = Math.toIntExact(inputs.values().iterator().next().shape().get(0));
        float[] features = new float[Math.multiplyExact(n, backbone.width())];
        forward(inputs, IntStream.range(0, n).toArray(), List.of(features), backbone.width());
        return features;
    }

    /** Writes results of a batch at these rows. */
    private void forward(Map<String, Tensor> inputs, int[] rows, List<float[]> results, int... widths) {
        try (NDManager batch = network.newBatch()) {
            backbone.requireFit(inputs);
            NDList outputs = network.call(batch, TensorArrays.of(batch, backbone.inputs(), inputs));
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
