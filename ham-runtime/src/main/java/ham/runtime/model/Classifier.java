package ham.runtime.model;

import ham.runtime.ModelException;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * An image classifier that needs nothing but its ONNX file: labels ({@value Labels#METADATA_KEY}) and preprocessing
 * ({@value Preprocessing#METADATA_KEY}) stand in its metadata. One input [batch, 3, height, width], one output
 * [batch, classes], both float32. Safe to use from several threads at once.
 */
public final class Classifier implements AutoCloseable {
    private static final int LARGEST_BATCH = 32;

    private final OnnxModel model;
    private final List<String> labels;
    private final Preprocessing preprocessing;

    private Classifier(OnnxModel model) {
        this.model = model;
        requireMetadata(model);
        this.labels = Labels.fromJson(model.metadata().get(Labels.METADATA_KEY), nameOf(Labels.METADATA_KEY));
        this.preprocessing = Preprocessing.fromJson(
                model.metadata().get(Preprocessing.METADATA_KEY), nameOf(Preprocessing.METADATA_KEY));
        new Signature(model.name(), model.inputs(), model.outputs())
                .checkLoneFloat(
                        List.of((long) batch(1), 3L, (long) preprocessing.height(), (long) preprocessing.width()));
        requireAsManyLogitsAsLabels();
    }

    /**
     * Opens a classifier.
     *
     * @throws ModelException as {@link OnnxModel#open(Path, SessionSettings)}, or if the metadata is missing or does not
     *     fit the graph
     */
    public static Classifier open(Path file, SessionSettings settings) {
        OnnxModel model = OnnxModel.open(file, settings);
        try {
            return new Classifier(model);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** The labels in the order of the logits. */
    public List<String> labels() {
        return labels;
    }

    /** How images become inputs. */
    public Preprocessing preprocessing() {
        return preprocessing;
    }

    /** The session underneath, closed together with this classifier. */
    public OnnxModel model() {
        return model;
    }

    /**
     * Logits of images of any size, run in batches.
     *
     * @return one row per image: [images][classes]
     * @throws ModelException if an image cannot be brought to the size of the model, or the run fails
     */
    public float[][] logits(List<RgbImage> images) {
        float[][] rows = new float[images.size()][];
        for (int first = 0; first < rows.length; ) {
            int rowsOfRun = batch(Math.min(LARGEST_BATCH, rows.length - first));
            int count = Math.min(rowsOfRun, rows.length - first);
            float[] logits = run(images.subList(first, first + count), rowsOfRun);
            for (int i = 0; i < count; i++) {
                rows[first + i] = Arrays.copyOfRange(logits, i * labels.size(), (i + 1) * labels.size());
            }
            first += count;
        }
        return rows;
    }

    /**
     * The most probable classes of an image, best first.
     *
     * @param topK how many, at least 1; more than there are classes means all
     * @throws ModelException as {@link #logits}, or if the logits are not finite
     */
    public List<Prediction> classify(RgbImage image, int topK) {
        if (topK < 1) {
            throw new ModelException("Expected a number of classes to show of at least 1, found " + topK + ".");
        }
        return Softmax.top(logits(List.of(image))[0], labels, topK, model.name());
    }

    @Override
    public void close() {
        model.close();
    }

    /** Runs a batch, filled up with zeros where the model takes only batches of a fixed size. */
    private float[] run(List<RgbImage> images, int rows) {
        int height = preprocessing.height();
        int width = preprocessing.width();
        FloatBuffer input = DirectBuffers.floats(Math.multiplyExact(rows, 3 * height * width));
        for (RgbImage image : images) {
            preprocessing.normalize(preprocessing.resize(image), input);
        }
        while (input.hasRemaining()) {
            input.put(0);
        }
        float[] logits = model.run(input.flip(), new long[] {rows, 3, height, width});
        if (logits.length != rows * labels.size()) {
            throw new ModelException(model.name() + ": expected " + labels.size()
                    + " logits an image, as many as labels, found " + logits.length + " for " + rows + " images.");
        }
        return logits;
    }

    /** The rows of a run: the model's own fixed batch if it has one, else what is wanted. */
    private int batch(int wanted) {
        List<Long> shape = model.inputs().get(0).shape();
        return shape.isEmpty() || shape.get(0) < 1 ? wanted : Math.toIntExact(shape.get(0));
    }

    private void requireAsManyLogitsAsLabels() {
        TensorSpec output = model.outputs().get(0);
        if (output.shape().size() != 2
                || (output.shape().get(1) >= 0 && output.shape().get(1) != labels.size())) {
            throw new ModelException(model.name() + ": expected " + output.name() + " to be of shape [batch, "
                    + labels.size() + "] as there are " + labels.size() + " labels, found " + output.shapeText() + ".");
        }
    }

    private String nameOf(String key) {
        return model.name() + ", metadata " + key;
    }

    private static void requireMetadata(OnnxModel model) {
        List<String> missing = Stream.of(Labels.METADATA_KEY, Preprocessing.METADATA_KEY)
                .filter(key -> !model.metadata().containsKey(key))
                .toList();
        if (!missing.isEmpty()) {
            throw new ModelException(
                    model.name() + ": expected a classifier with labels and preprocessing in its metadata,"
                            + " found no " + String.join(" and no ", missing) + "; run it on tensors instead.");
        }
    }
}
