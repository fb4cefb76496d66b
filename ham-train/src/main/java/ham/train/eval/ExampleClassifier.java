package ham.train.eval;

import ham.runtime.classify.Classifier;
import ham.runtime.classify.TextClassifier;
import ham.train.data.Dataset;
import ham.train.data.Examples;
import ham.train.data.TextSet;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** A deployed file that classifies examples of one kind. */
public final class ExampleClassifier {
    private final String name;
    private final List<String> labels;
    private final BiFunction<Examples, int[], float[][]> logits;

    private ExampleClassifier(String name, List<String> labels, BiFunction<Examples, int[], float[][]> logits) {
        this.name = name;
        this.labels = labels;
        this.logits = logits;
    }

    /** One of images. */
    public static ExampleClassifier of(Classifier classifier) {
        String name = classifier.model().name();
        return new ExampleClassifier(
                name,
                classifier.labels(),
                (set, indices) -> classifier.logits(Arrays.stream(indices)
                        .mapToObj(Dataset.images(set, name)::image)
                        .toList()));
    }

    /** One of texts. */
    public static ExampleClassifier of(TextClassifier classifier) {
        String name = classifier.model().name();
        return new ExampleClassifier(name, classifier.labels(), (set, indices) -> {
            TextSet texts = Dataset.texts(set, name);
            return classifier.logits(
                    Arrays.stream(indices).mapToObj(texts::text).toList());
        });
    }

    /** What messages call it. */
    public String name() {
        return name;
    }

    /** The labels in the order of the logits. */
    public List<String> labels() {
        return labels;
    }

    /**
     * Logits of examples, [indices][classes].
     *
     * @param indices which of the set
     * @throws ham.merge.InputException if the set holds another kind
     */
    public float[][] logits(Examples set, int... indices) {
        return logits.apply(set, indices);
    }
}
