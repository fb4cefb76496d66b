package ham.train.data;

import java.util.List;

/**
 * Texts with labels.
 *
 * @param texts as they were read
 * @param labels the label of each
 */
public record TextSet(List<String> texts, List<Integer> labels) implements Examples {
    /** What messages call texts. */
    public static final String KIND = "texts";

    public TextSet {
        texts = List.copyOf(texts);
        labels = List.copyOf(labels);
        if (texts.size() != labels.size()) {
            throw new IllegalArgumentException(texts.size() + " texts with " + labels.size() + " labels");
        }
    }

    @Override
    public int size() {
        return texts.size();
    }

    @Override
    public int label(int index) {
        return labels.get(index);
    }

    /** A text as it was read. */
    public String text(int index) {
        return texts.get(index);
    }

    @Override
    public String kind() {
        return KIND;
    }
}
