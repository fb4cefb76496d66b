package ham.runtime.tensorrt.engine;

import ham.runtime.ModelException;
import ham.runtime.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The batch sizes that an engine takes.
 *
 * @param min smallest, at least 1
 * @param opt what it is tuned for
 * @param max largest
 */
public record BatchRange(int min, int opt, int max) {
    /**
     * Checks the order.
     *
     * @throws ModelException unless 1 &lt;= min &lt;= opt &lt;= max
     */
    public BatchRange {
        if (min < 1 || opt < min || max < opt) {
            throw ModelException.parameter(
                    "batch",
                    "expected a smallest, a usual and a largest batch in rising order from 1, found " + min + "," + opt
                            + "," + max);
        }
    }

    /**
     * Reads {@code 1,8,32}, or one number for a fixed batch.
     *
     * @throws ModelException if it is something else
     */
    public static BatchRange of(String text) {
        String[] parts = text.split(",", -1);
        try {
            int[] numbers = Arrays.stream(parts)
                    .mapToInt(part -> Integer.parseInt(part.strip()))
                    .toArray();
            if (numbers.length == 1) {
                return new BatchRange(numbers[0], numbers[0], numbers[0]);
            }
            if (numbers.length == 3) {
                return new BatchRange(numbers[0], numbers[1], numbers[2]);
            }
        } catch (NumberFormatException e) {
            throw expected(text);
        }
        throw expected(text);
    }

    private static ModelException expected(String text) {
        return ModelException.parameter("batch", "expected MIN,USUAL,MAX or one number, found '" + text + "'");
    }

    /** The sizes, each once, in rising order. */
    public List<Integer> sizes() {
        return Stream.of(min, opt, max).distinct().toList();
    }

    /** As {@link #of} reads it. */
    public String text() {
        return min + "," + opt + "," + max;
    }

    /**
     * Refuses a model whose input an engine of this range cannot take: only the first dimension may be dynamic, and a fixed one must be the
     * batch.
     *
     * @throws ModelException with what does not fit
     */
    public void check(String model, TensorSpec input) {
        List<Long> shape = input.shape();
        if (shape.isEmpty() || shape.stream().skip(1).anyMatch(size -> size < 0)) {
            throw new ModelException(model + ": expected an input whose first dimension alone may vary, found "
                    + input.name() + " of shape " + input.shapeText() + "; export it with a fixed image size.");
        }
        long fixed = shape.get(0);
        if (fixed >= 0 && (min != fixed || max != fixed)) {
            throw new ModelException(
                    model + ": expected a batch of " + fixed + " as the graph has it, found " + text() + ".");
        }
    }

    /** The shape of an input [batch, ...] at a batch size. */
    public static long[] shape(TensorSpec input, int batch) {
        long[] shape = input.shape().stream().mapToLong(Long::longValue).toArray();
        shape[0] = batch;
        return shape;
    }
}
