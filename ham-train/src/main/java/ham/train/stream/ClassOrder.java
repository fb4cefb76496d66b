package ham.train.stream;

import ham.merge.InputException;
import java.util.stream.IntStream;

/** In which order the classes of a data set arrive: position in the stream to label in the data set. */
public final class ClassOrder {
    private static final long LARGEST_SEED = 0xFFFFFFFFL;

    private ClassOrder() {}

    /** Labels as they stand: 0, 1, 2, ... */
    public static int[] natural(int classes) {
        return IntStream.range(0, classes).toArray();
    }

    /**
     * What {@code numpy.random.seed(seed); numpy.random.permutation(classes)} gives.
     *
     * @param seed from 0 to 2^32 - 1
     * @throws InputException if the seed is outside what NumPy's legacy generator accepts
     */
    public static int[] numpy(long seed, int classes) {
        if (seed < 0 || seed > LARGEST_SEED) {
            throw new InputException(
                    "class order: expected a seed from 0 to 4294967295 (NumPy's legacy generator), found " + seed
                            + "; choose a seed in that range");
        }
        MersenneTwister twister = new MersenneTwister((int) seed);
        int[] order = natural(classes);
        for (int i = classes - 1; i > 0; i--) {
            int j = twister.nextUpTo(i);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
