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

    /** The same images with positions counted from another class on. */
    public Features from(int firstPosition) {
        return new Features(
                values,
                Arrays.stream(positions)
                        .map(position -> position - firstPosition)
                        .toArray());
    }

    /** Some of these images. */
    public Features only(int... chosen) {
        int d = positions.length == 0 ? 0 : values.length / positions.length;
        float[] chosenValues = new float[chosen.length * d];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(values, chosen[i] * d, chosenValues, i * d, d);
        }
        return new Features(
                chosenValues, Arrays.stream(chosen).map(i -> positions[i]).toArray());
    }

    /** How many images. */
    public int size() {
        return positions.length;
    }
}
