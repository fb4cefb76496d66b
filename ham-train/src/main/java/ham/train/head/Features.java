package ham.train.head;

import java.util.Arrays;

/**
 * Features of labelled images.
 *
 * @param values [n, d], row-major
 * @param positions class position of each of the n images
 */
@SuppressWarnings("ArrayRecordComponent")
public record Features(float[] values, int[] positions) {
    /** These images followed by others. */
    public Features and(Features others) {
        float[] joinedValues = Arrays.copyOf(values, values.length + others.values.length);
        System.arraycopy(others.values, 0, joinedValues, values.length, others.values.length);
        int[] joinedPositions = Arrays.copyOf(positions, positions.length + others.positions.length);
        System.arraycopy(others.positions, 0, joinedPositions, positions.length, others.positions.length);
        return new Features(joinedValues, joinedPositions);
    }

    /** How many images. */
    public int size() {
        return positions.length;
    }
}
