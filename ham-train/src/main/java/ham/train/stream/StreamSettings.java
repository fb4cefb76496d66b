package ham.train.stream;

import ham.merge.InputException;
import ham.train.data.BadImages;

/**
 * How a data set becomes a stream of tasks.
 *
 * @param tasks number of tasks
 * @param initial classes of the first task; 0 for as many as the others have
 * @param order the order of the classes
 * @param sampling which training images are used, and how many of them are held out
 * @param badImages what happens with images that cannot be decoded
 */
public record StreamSettings(int tasks, int initial, Arrival order, Sampling sampling, BadImages badImages) {
    private static final long USUAL_ORDER = 1993;

    /**
     * Checks the ranges.
     *
     * @throws InputException naming the option
     */
    public StreamSettings {
        if (tasks < 1) {
            throw InputException.parameter("tasks", "expected at least 1, found " + tasks);
        }
    }

    /** Tasks of equal size. */
    public StreamSettings(int tasks, Arrival order, Sampling sampling, BadImages badImages) {
        this(tasks, 0, order, sampling, badImages);
    }

    /** So many tasks in the literature's usual order 1993, a tenth held out. */
    public static StreamSettings of(int tasks) {
        return new StreamSettings(tasks, Arrival.of(USUAL_ORDER), Sampling.DEFAULT, BadImages.STOP);
    }
}
