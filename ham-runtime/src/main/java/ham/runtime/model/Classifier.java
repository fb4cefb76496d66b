package ham.runtime.model;

import ham.runtime.ModelException;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An image classifier that needs nothing but its ONNX file: labels ({@value Labels#METADATA_KEY}) and preprocessing
 * ({@value Preprocessing#METADATA_KEY}) stand in its metadata. One input: float32 [batch, 3, height, width], or uint8
 * [batch, height, width, 3] of any size where the graph resizes and normalises itself. Outputs as {@link AnswerForm} says; further ones are
 * not looked at. Safe to use from several threads at once.
 */
public final class Classifier implements AutoCloseable {
    private static final int LARGEST_BATCH = 32;

    private final OnnxModel model;
    private final List<String> labels;
    private final Preprocessing preprocessing;
    private final AnswerForm form;
    private final boolean takesPixels;

    private Classifier(OnnxModel model) {
        this.model = model;
        requireMetadata(model);
        this.labels = Labels.fromJson(model.metadata().get(Labels.METADATA_KEY), nameOf(Labels.METADATA_KEY));
        this.preprocessing = Preprocessing.fromJson(
                model.metadata().get(Preprocessing.METADATA_KEY), nameOf(Preprocessing.METADATA_KEY));
        Signature signature = new Signature(model.name(), model.inputs(), model.outputs());
        this.takesPixels = signature.loneInputIs(ElementType.UINT8);
        List<Long> shape = takesPixels
                ? List.of((long) batch(1), 1L, 1L, 3L)
                : List.of((long) batch(1), 3L, (long) preprocessing.height(), (long) preprocessing.width());
        signature.checkLone(List.of(takesPixels ? ElementType.UINT8 : ElementType.FLOAT32), shape);
        this.form = AnswerForm.of(model, labels.size());
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
     * Logits of images of any size, run in batches. Of a model that gives probabilities they are the natural logarithms; where it gives
     * only its best classes, or a probability is 0, the logarithm of the smallest float.
     *
     * @return one row per image: [images][classes]
     * @throws ModelException if an image cannot be brought to the size of the model, or the run fails
     */
    public float[][] logits(List<RgbImage> images) {
        float[][] rows = new float[images.size()][];
        for (int first = 0; first < rows.length; ) {
            int rowsOfRun = batch(Math.min(LARGEST_BATCH, rows.length - first));
            int count = alike(images.subList(first, Math.min(first + rowsOfRun, rows.length)));
            Tensor input = input(images.subList(first, first + count), Math.max(count, batch(1)));
            int run = Math.toIntExact(input.shape().get(0));
            float[][] found = form.rows(
                    model.name(), model.run(Map.of(model.inputs().get(0).name(), input)), run, labels.size());
            System.arraycopy(found, 0, rows, first, count);
            first += count;
        }
        return rows;
    }

    /** How many of the first images go into one run: all, or as many as have one size where the graph resizes. */
    private int alike(List<RgbImage> images) {
        RgbImage first = images.get(0);
        int count = 1;
        while (count < images.size()
                && (!takesPixels
                        || (images.get(count).width() == first.width()
                                && images.get(count).height() == first.height()))) {
            count++;
        }
        return count;
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
        float[] logits = logits(List.of(image))[0];
        return form.normalised()
                ? Softmax.topOfLogarithms(logits, labels, topK, model.name())
                : Softmax.top(logits, labels, topK, model.name());
    }

    @Override
    public void close() {
        model.close();
    }

    /** A batch, filled up with zeros where the model takes only batches of a fixed size. */
    private Tensor input(List<RgbImage> images, int rows) {
        int height = takesPixels ? images.get(0).height() : preprocessing.height();
        int width = takesPixels ? images.get(0).width() : preprocessing.width();
        int values = Math.multiplyExact(rows, Math.multiplyExact(3, Math.multiplyExact(height, width)));
        if (takesPixels) {
            ByteBuffer bytes = DirectBuffers.bytes(values);
            images.forEach(image -> bytes.put(image.rgb()));
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0);
            }
            return new Tensor(ElementType.UINT8, shape(rows, height, width, 3), bytes.flip());
        }
        ByteBuffer bytes = DirectBuffers.bytes(Math.multiplyExact(Float.BYTES, values));
        FloatBuffer floats = bytes.asFloatBuffer();
        for (RgbImage image : images) {
            preprocessing.normalize(preprocessing.resize(image), floats);
        }
        while (floats.hasRemaining()) {
            floats.put(0);
        }
        return new Tensor(ElementType.FLOAT32, shape(rows, 3, height, width), bytes);
    }

    private static List<Long> shape(int... sizes) {
        return IntStream.of(sizes).mapToObj(Long::valueOf).toList();
    }

    /** The rows of a run: the model's own fixed batch if it has one, else what is wanted. */
    private int batch(int wanted) {
        List<Long> shape = model.inputs().get(0).shape();
        return shape.isEmpty() || shape.get(0) < 1 ? wanted : Math.toIntExact(shape.get(0));
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
