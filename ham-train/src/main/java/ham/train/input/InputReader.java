package ham.train.input;

import ham.train.data.Examples;

/** How examples become what a model takes. Safe for use by several threads. */
public interface InputReader extends AutoCloseable {
    /**
     * Examples of a set; none is read yet.
     *
     * @param indices which of the set
     * @throws ham.merge.InputException if the set holds another kind of examples
     */
    InputSource open(Examples set, int... indices);

    /** Gives back what it keeps of examples that will not be opened soon. */
    default void forget(Examples set, int... indices) {
        // Keeps nothing.
    }

    /** Gives back what it was opened with; what was opened from it stays. */
    @Override
    default void close() {
        // Holds nothing.
    }
}
