package ham.runtime.classify;

import ham.runtime.ModelException;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import ham.runtime.text.TextPreprocessing;
import ham.runtime.text.TokenBatch;
import ham.runtime.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A classifier of texts that needs nothing but its ONNX file: labels ({@value Labels#METADATA_KEY}) and tokenizer
 * ({@value TextPreprocessing#TOKENIZER_KEY}) stand in its metadata, and labels may be given in a {@link Supplement}. Inputs are {@value TokenBatch#IDS}, and where the graph has them
 * {@value TokenBatch#MASK} and {@value TokenBatch#TYPES}, int64 or int32 [batch, tokens]; outputs as {@link AnswerForm} says.
 *
 * <p>Texts run in batches of like length, so that little is padding. Safe to use from several threads at once.
 */
public final class TextClassifier implements AutoCloseable {
    private static final int LARGEST_BATCH = 32;

    private final Model model;
    private final List<String> labels;
    private final TextPreprocessing preprocessing;
    private final Tokenizer tokenizer;
    private final Reading reading;

    private TextClassifier(Model model, Supplement supplement) {
        this.model = model;
        TokenBatch.requireInputs(model.inputs(), model.name());
        if (supplement.preprocessing().isPresent()) {
            throw ModelException.parameter(
                    "preprocessing",
                    "expected none for a model of texts, which has its tokenizer in its metadata, found one");
        }
        labels = supplement.labels().orElseGet(() -> told(model));
        preprocessing = TextPreprocessing.fromMetadata(model.metadata(), model.name());
        reading = Reading.of(model, labels, supplement);
        tokenizer = preprocessing.open(model.name());
    }

    private static List<String> told(Model model) {
        String told = model.metadata().get(Labels.METADATA_KEY);
        if (told == null) {
            throw new ModelException(model.name() + ": expected a classifier with labels in its metadata, found no "
                    + Labels.METADATA_KEY + "; give labels, or export it with ham.");
        }
        return Labels.fromJson(told, model.name() + ", metadata " + Labels.METADATA_KEY);
    }

    /** Whether a model takes texts: its metadata say how they become tokens. */
    public static boolean isText(Model model) {
        return TextPreprocessing.isIn(model.metadata());
    }

    /**
     * Opens a classifier in ONNX Runtime.
     *
     * @throws ModelException as {@link OnnxModel#open(Path, SessionSettings)}, if metadata are missing, or nothing here splits texts
     */
    public static TextClassifier open(Path file, SessionSettings settings) {
        return of(OnnxModel.open(file, settings), Supplement.NONE);
    }

    /**
     * A classifier around a model that is open. From here on the model is this classifier's to close, also when this fails.
     *
     * @throws ModelException as {@link #open}, or if preprocessing of images is given
     */
    public static TextClassifier of(Model model, Supplement supplement) {
        try {
            return new TextClassifier(model, supplement);
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

    /** How texts become inputs. */
    public TextPreprocessing preprocessing() {
        return preprocessing;
    }

    /** The model underneath, closed together with this classifier. */
    public Model model() {
        return model;
    }

    /**
     * The most probable classes of texts, best first, in the order of the texts.
     *
     * @param topK how many, at least 1; more than there are classes means all
     * @throws ModelException if the run fails, or the logits are not finite
     */
    public List<List<Prediction>> classify(List<String> texts, int topK) {
        if (topK < 1) {
            throw ModelException.parameter("top", "expected a number of classes to show of at least 1, found " + topK);
        }
        List<List<Prediction>> predictions = new ArrayList<>(Collections.nCopies(texts.size(), List.of()));
        run(texts, (text, answer) -> predictions.set(text, answer.top(topK)));
        return predictions;
    }

    /**
     * Logits of texts.
     *
     * @return one row per text: [texts][classes]
     * @throws ModelException if the run fails
     */
    public float[][] logits(List<String> texts) {
        float[][] rows = new float[texts.size()][];
        run(texts, (text, answer) -> rows[text] = answer.row());
        return rows;
    }

    private void run(List<String> texts, AnswerReader reader) {
        List<long[]> tokens = tokenizer.encode(texts);
        int[] order = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt(text -> tokens.get(text).length))
                .mapToInt(each -> each)
                .toArray();
        for (int from = 0; from < order.length; from += LARGEST_BATCH) {
            int[] part = Arrays.copyOfRange(order, from, Math.min(from + LARGEST_BATCH, order.length));
            Map<String, Tensor> results = model.run(TokenBatch.inputs(
                    model.inputs(), IntStream.of(part).mapToObj(tokens::get).toList(), preprocessing.padding()));
            List<Answer> answers = reading.answers(List.copyOf(results.values()), part.length);
            for (int i = 0; i < part.length; i++) {
                reader.read(part[i], answers.get(i));
            }
        }
    }

    /** Waits for runs under way; may be repeated. Requests after it are refused. */
    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }

    private interface AnswerReader {
        void read(int text, Answer answer);
    }
}
