package ham.train.input;

import ham.runtime.tensor.Tensor;
import java.util.Map;
import java.util.Random;

/** Chosen examples of a set, made ready for a model. */
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
         * Appends examples as they are.
         *
         * @throws ham.merge.InputException if one cannot be read
         */
        void add(int... indices);

        /**
         * Appends random variants of examples, which are drawn one after the other, or the examples themselves where their kind has no variants.
         *
         * @throws ham.merge.InputException if one cannot be read
         */
        void add(Augmentation augmentation, Random random, int... indices);

        /** What the model takes of the examples, by the names of its inputs; valid until the next change. */
        Map<String, Tensor> inputs();
    }

    /** Draws what {@link Writer#add(Augmentation, Random, int...)} draws for an example. */
    void skip(Augmentation augmentation, Random random);
}
