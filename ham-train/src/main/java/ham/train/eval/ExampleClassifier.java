package ham.train.eval;

import ham.runtime.classify.Classifier;
import ham.runtime.classify.TextClassifier;
import ham.train.data.Dataset;
import ham.train.data.Examples;
import ham.train.data.TextSet;
import java.util.Arrays;
import java.util.List;

/** A deployed file that classifies examples of one kind. */
public interface ExampleClassifier {
    /** What messages call it. */
    String name();

    /** The labels in the order of the logits. */
    List<String> labels();

    /**
     * Logits of examples, [indices][classes].
     *
     * @param indices which of the set
     * @throws ham.merge.InputException if the set holds another kind
     */
    float[][] logits(Examples set, int... indices);

    /** One of images. */
    static ExampleClassifier of(Classifier classifier) {
        return new ExampleClassifier() {
            @Override
            public String name() {
                return classifier.model().name();
            }

            @Override
            public List<String> labels() {
                return classifier.labels();
            }

            @Override
            public float[][] logits(Examples set, int... indices) {
                return classifier.logits(Arrays.stream(indices)
                        .mapToObj(Dataset.images(set, name())::image)
                        .toList());
            }
        };
    }

    /** One of texts. */
    static ExampleClassifier of(TextClassifier classifier) {
        return new ExampleClassifier() {
            @Override
            public String name() {
                return classifier.model().name();
            }

            @Override
            public List<String> labels() {
                return classifier.labels();
            }

            @Override
            public float[][] logits(Examples set, int... indices) {
                TextSet texts = Dataset.texts(set, name());
                return classifier.logits(
                        Arrays.stream(indices).mapToObj(texts::text).toList());
            }
        };
    }
}
