package ham.merge.encoder.control;

import java.util.Arrays;

/**
 * ControlTensor in a shape, row-major. Token numbers and masks are numbers too.
 *
 * @param shape sizes
 * @param data values
 */
@SuppressWarnings("ArrayRecordComponent")
public record ControlTensor(int[] shape, float[] data) {
    public ControlTensor {
        int count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        if (count != data.length) {
            throw new IllegalArgumentException(
                    "expected " + count + " values for " + Arrays.toString(shape) + ", found " + data.length);
        }
    }

    /** ControlTensor of that shape. */
    public static ControlTensor of(float[] data, int... shape) {
        return new ControlTensor(shape, data);
    }

    static ControlTensor zeros(int... shape) {
        return new ControlTensor(shape, new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)]);
    }

    int rank() {
        return shape.length;
    }

    /** A size, from the end where the axis is negative. */
    int size(int axis) {
        return shape[axis < 0 ? shape.length + axis : axis];
    }

    /** Product of the sizes of axes {@code from} (inclusive) to {@code to} (exclusive). */
    int product(int from, int to) {
        int product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= shape[axis];
        }
        return product;
    }

    ControlTensor shaped(int... other) {
        return new ControlTensor(other, data);
    }

    int[] withSize(int axis, int size) {
        int[] other = shape.clone();
        other[axis] = size;
        return other;
    }
}
