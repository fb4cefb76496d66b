package ham.train.input;

import ham.runtime.tensor.Tensor;
import java.util.Map;
import java.util.Random;

/** Chosen examples of a set, made ready for a model. An example is asked for by one thread at a time. */
public interface InputSource {
    /** How many examples. */
    int size();

    /** How long an example is: the tokens of a text; the same of all images. Batches of like length have little padding. */
    int length(int index);

    /** An empty batch to be filled, again and again. */
    Writer newWriter(int capacity);

    /** A batch that is being filled. Its memory is used again after {@link #clear}. */
    interface Writer {
        /** Forgets all examples. */
        void clear();

        /**
         * Appends an example as it is.
         *
         * @throws ham.merge.InputException if it cannot be read
         */
        void add(int index);

        /** Appends a random variant of an example, or the example itself where its kind has no variants. */
        void add(int index, Augmentation augmentation, Random random);

        /** What the model takes of the examples, by the names of its inputs; valid until the next change. */
        Map<String, Tensor> inputs();
    }

    /** Draws what {@link Writer#add(int, Augmentation, Random)} draws for an example. */
    void skip(Augmentation augmentation, Random random);
}
