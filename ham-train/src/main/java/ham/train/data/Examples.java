package ham.train.data;

/**
 * Labelled examples, by index: pictures ({@link ImageSet}) or texts ({@link TextSet}). What a model takes of them is made by
 * {@code ham.train.input}. Safe for use by several threads.
 */
public interface Examples {
    /** How many examples. */
    int size();

    /** Label of an example, from 0 to the number of classes - 1. */
    int label(int index);

    /** What one is called in messages, in the plural. */
    String kind();
}
