package ham.job.evaluate;

import ham.runtime.classify.Classifier;
import ham.runtime.classify.Supplement;
import ham.runtime.classify.TextClassifier;
import ham.runtime.model.Model;
import ham.train.eval.ExampleClassifier;
import java.util.List;

/**
 * A deployed file, of images or of texts as its metadata say.
 *
 * @param model underneath
 * @param labels in the order of the logits
 * @param examples as what it measures with takes it
 * @param classifier what is closed
 */
public record OpenedClassifier(Model model, List<String> labels, ExampleClassifier examples, AutoCloseable classifier)
        implements AutoCloseable {
    /**
     * A model that is open; from here on it is the classifier's to close, also when this fails.
     *
     * @param supplement what its file does not say itself
     * @throws ham.runtime.ModelException if metadata are missing or do not fit the graph
     */
    public static OpenedClassifier of(Model model, Supplement supplement) {
        if (TextClassifier.isText(model)) {
            TextClassifier texts = TextClassifier.of(model, supplement);
            return new OpenedClassifier(model, texts.labels(), ExampleClassifier.of(texts), texts);
        }
        Classifier images = Classifier.of(model, supplement);
        return new OpenedClassifier(images.model(), images.labels(), ExampleClassifier.of(images), images);
    }

    @Override
    public void close() {
        model.close();
        if (classifier instanceof TextClassifier texts) {
            texts.close();
        } else if (classifier instanceof Classifier images) {
            images.close();
        }
    }
}
