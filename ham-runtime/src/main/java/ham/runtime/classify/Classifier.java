package ham.runtime.classify;

import ham.runtime.ModelException;
import ham.runtime.image.RgbImage;
import ham.runtime.model.BoundPool;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An image classifier that needs nothing but its ONNX file: labels ({@value Labels#METADATA_KEY}) and preprocessing
 * ({@value Preprocessing#METADATA_KEY}) stand in its metadata, or are given in a {@link Supplement}. One input: float32 or float16
 * [batch, 3, height, width] or [batch, height, width, 3], or uint8 where the graph normalises itself, of any size where it also resizes. Outputs
 * as {@link AnswerForm} says; further ones are not looked at.
 *
 * <p>Safe to use from several threads at once. Every run has direct buffers of its own, which are kept for later runs: pixels are written
 * where the model reads them, and answers are read where it wrote them.
 */
public final class Classifier implements AutoCloseable {
    private static final int LARGEST_BATCH = 32;

    /** Bytes of a run's input, unless one image has more. */
    private static final long LARGEST_INPUT = 128L << 20;

    private final Model model;
    private final List<String> labels;
    private final Intake intake;
    private final Reading reading;
    private final BoundPool bounds;

    private Classifier(Model model, Supplement supplement) {
        this.model = model;
        ClassifierMetadata metadata = ClassifierMetadata.of(model, supplement);
        this.labels = metadata.labels();
        this.intake = Intake.of(model, metadata.preprocessing());
        this.reading = Reading.of(model, labels, supplement);
        this.bounds = new BoundPool(model);
    }

    /**
     * Opens a classifier in ONNX Runtime.
     *
     * @throws ModelException as {@link OnnxModel#open(Path, SessionSettings)}, or if the metadata is missing or does not
     *     fit the graph
     */
    public static Classifier open(Path file, SessionSettings settings) {
        return of(OnnxModel.open(file, settings), Supplement.NONE);
    }

    /**
     * A classifier around a model that is open, whatever runs it. From here on the model is this classifier's to close, also when this fails.
     *
     * @throws ModelException if metadata is missing from both the model and the supplement, or does not fit the graph
     */
    public static Classifier of(Model model, Supplement supplement) {
        try {
            return new Classifier(model, supplement);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** The labels in the order of the logits. */
    public List<String> labels() {
        return labels;
    }

    /** What makes scores of its numbers. */
    public Scores scores() {
        return reading.scores();
    }

    /** How images become inputs. */
    public Preprocessing preprocessing() {
        return intake.preprocessing();
    }

    /** The model underneath, closed together with this classifier. */
    public Model model() {
        return model;
    }

    /** Runs on an input of zeros as often as it is told, so that the first request does not pay for what is set up by a first run. */
    public void warmUp(int runs) {
        BoundPool.Shaped taken = bounds.take(intake.shape(1));
        try {
            for (int run = 0; run < runs; run++) {
                taken.bound().run();
            }
        } finally {
            bounds.give(taken);
        }
    }

    /**
     * The most probable classes of an image, best first.
     *
     * @param topK how many, at least 1; more than there are classes means all
     * @throws ModelException if the image cannot be brought to the size of the model, the run fails, or the logits are not finite
     * @throws IllegalStateException if this was closed
     */
    public List<Prediction> classify(RgbImage image, int topK) {
        return classify(List.of(image), topK).get(0);
    }

    /** As {@link #classify(RgbImage, int)} for several images of any size, run in batches; in their order. */
    public List<List<Prediction>> classify(List<RgbImage> images, int topK) {
        requireTop(topK);
        List<List<Prediction>> predictions = new ArrayList<>(images.size());
        run(images, answer -> predictions.add(answer.top(topK)));
        return predictions;
    }

    /**
     * The most probable classes of an image that is preprocessed already. Leaves next to no garbage.
     *
     * @param pixels [3, height, width], row-major, from position to limit, which stay where they are
     * @throws ModelException if the model does not take float32, there are not as many values, or as {@link #classify(RgbImage, int)}
     */
    public List<Prediction> classify(FloatBuffer pixels, int topK) {
        requireTop(topK);
        intake.requireFloatPlanes(model.name());
        Preprocessing preprocessing = intake.preprocessing();
        int values = 3 * preprocessing.height() * preprocessing.width();
        if (pixels.remaining() != values) {
            throw new ModelException(model.name() + ": expected " + values + " values, [3, " + preprocessing.height()
                    + ", " + preprocessing.width() + "], found " + pixels.remaining() + ".");
        }
        BoundPool.Shaped taken = bounds.take(intake.shape(1));
        try {
            FloatBuffer input = taken.bound().inputFloats().clear();
            input.put(0, pixels, pixels.position(), values).position(values);
            Intake.zeroRest(input);
            taken.bound().run();
            return reading.answer(taken.bound(), 0).top(topK);
        } finally {
            bounds.give(taken);
        }
    }

    /**
     * Logits of images of any size, run in batches. Of a model that gives probabilities they are the natural logarithms; where it gives
     * only its best classes, or a probability is 0, the logarithm of the smallest float.
     *
     * @return one row per image: [images][classes]
     * @throws ModelException as {@link #classify(RgbImage, int)}, but whatever the logits are
     */
    public float[][] logits(List<RgbImage> images) {
        List<float[]> rows = new ArrayList<>(images.size());
        run(images, answer -> rows.add(answer.row()));
        return rows.toArray(float[][]::new);
    }

    private void run(List<RgbImage> given, AnswerReader reader) {
        List<RgbImage> images = intake.ready(given);
        for (int first = 0; first < images.size(); ) {
            List<RgbImage> rest = images.subList(first, images.size());
            int count = intake.count(rest, Math.min(LARGEST_BATCH, intake.most(rest.get(0), LARGEST_INPUT)));
            BoundPool.Shaped taken = bounds.take(intake.shape(count, rest.get(0)));
            try {
                intake.fill(rest.subList(0, count), taken.bound());
                taken.bound().run();
                for (int image = 0; image < count; image++) {
                    reader.read(reading.answer(taken.bound(), image));
                }
            } finally {
                bounds.give(taken);
            }
            first += count;
        }
    }

    private static void requireTop(int topK) {
        if (topK < 1) {
            throw ModelException.parameter("top", "expected a number of classes to show of at least 1, found " + topK);
        }
    }

    /** Waits for runs under way; may be repeated. Requests after it are refused. */
    @Override
    public void close() {
        model.close();
        bounds.close();
    }

    /** Takes the answers of a run, image by image, while its buffers hold them. */
    private interface AnswerReader {
        void read(Answer answer);
    }
}
