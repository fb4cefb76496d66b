package ham.common;

/** Where the largest number stands. */
public final class ArgMax {
    private ArgMax() {}

    /** Index of the largest of some numbers, the lowest where several are; a number that is none (NaN) is never the largest but alone. */
    public static int of(float... values) {
        return of(values, 0, values.length);
    }

    /**
     * The same for a row of a matrix.
     *
     * @param values row after row
     * @param from where the row begins
     * @param length how many numbers it has, at least 1
     * @return an index within the row, from 0
     */
    public static int of(float[] values, int from, int length) {
        int best = 0;
        for (int i = 1; i < length; i++) {
            float each = values[from + i];
            if (each > values[from + best] || (Float.isNaN(values[from + best]) && !Float.isNaN(each))) {
                best = i;
            }
        }
        return best;
    }
}
