package ham.train.stream;

import ham.merge.InputException;
import ham.train.data.BadImages;
import java.util.OptionalLong;

/**
 * How a data set becomes a stream of tasks.
 *
 * @param tasks number of tasks
 * @param order seed of the class order; empty for the order of the labels
 * @param sampling which training images are used, and how many of them are held out
 * @param badImages what happens with images that cannot be decoded
 */
public record StreamSettings(int tasks, OptionalLong order, Sampling sampling, BadImages badImages) {
    /** NumPy's legacy generator takes 32 bits. */
    private static final long LARGEST_ORDER = 0xFFFFFFFFL;

    private static final long USUAL_ORDER = 1993;

    /**
     * Checks the ranges.
     *
     * @throws InputException naming the option
     */
    public StreamSettings {
        if (tasks < 1) {
            throw new InputException("--tasks: expected at least 1, found " + tasks);
        }
        if (order.isPresent() && (order.getAsLong() < 0 || order.getAsLong() > LARGEST_ORDER)) {
            throw new InputException(
                    "--order: expected natural or 0 to " + LARGEST_ORDER + ", found " + order.getAsLong());
        }
    }

    /** So many tasks in the literature's usual order 1993, a tenth held out. */
    public static StreamSettings of(int tasks) {
        return new StreamSettings(tasks, OptionalLong.of(USUAL_ORDER), Sampling.DEFAULT, BadImages.STOP);
    }

    /** The same with another order. */
    public StreamSettings withOrder(long seed) {
        return new StreamSettings(tasks, OptionalLong.of(seed), sampling, badImages);
    }

    /** The same with another number of tasks. */
    public StreamSettings withTasks(int count) {
        return new StreamSettings(count, order, sampling, badImages);
    }
}
