package ham.runtime.model;

import ham.runtime.ModelException;
import ham.runtime.tensor.TensorSpec;

/**
 * How many rows a run of a model may have.
 *
 * @param smallest at least 1
 * @param largest {@link Integer#MAX_VALUE} where nothing limits it
 */
public record BatchLimits(int smallest, int largest) {
    /**
     * Checks the order.
     *
     * @throws ModelException unless 1 &lt;= smallest &lt;= largest
     */
    public BatchLimits {
        if (smallest < 1 || largest < smallest) {
            throw new ModelException(
                    "Expected a smallest batch of at least 1 and a largest that is not below it, found " + smallest
                            + " and " + largest + ".");
        }
    }

    /** What the shape of an input [batch, ...] says: its first dimension, or any number of rows where that is dynamic. */
    public static BatchLimits of(TensorSpec input) {
        long declared = input.shape().isEmpty() ? -1 : input.shape().get(0);
        if (declared < 1) {
            return new BatchLimits(1, Integer.MAX_VALUE);
        }
        int fixed = Math.toIntExact(declared);
        return new BatchLimits(fixed, fixed);
    }

    /** How many of the rows that are there go into one run, of which nobody wants more than {@code most} unless the smallest batch is larger. */
    public int count(int there, int most) {
        return Math.min(there, Math.max(smallest, Math.min(most, largest)));
    }

    /** How many rows a run for that many has: at least the smallest batch. */
    public int rows(int count) {
        return Math.max(count, smallest);
    }
}
