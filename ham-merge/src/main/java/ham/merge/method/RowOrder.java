package ham.merge.method;

import java.util.Arrays;

/**
 * Orders the entries of rows by their absolute values: first into bins by exponent and a few bits of the mantissa, counted from the row's largest, then
 * each bin by itself. Not thread-safe.
 */
final class RowOrder {
    private static final int MAGNITUDE = 0x7fffffff;
    /** 64 bins for each power of two. */
    private static final int SHIFT = 17;
    /** The last bin takes all that is smaller. */
    private static final int BINS = 1024;

    private final int columns;
    private final long[] entries;
    private final int[] ascending;
    private final int[] ends = new int[BINS];

    /** For rows of so many entries. */
    RowOrder(int columns) {
        this.columns = columns;
        entries = new long[columns];
        ascending = new int[columns];
    }

    /**
     * Places in a row, by the absolute value there (NaN above infinity), then by the place.
     *
     * @param from where the row begins
     * @return an array of this object, which the next call overwrites
     */
    int[] ascending(float[] values, int from) {
        int largest = 0;
        for (int c = 0; c < columns; c++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[from + c]) & MAGNITUDE);
        }
        Arrays.fill(ends, 0);
        for (int c = 0; c < columns; c++) {
            ends[bin(largest, Float.floatToRawIntBits(values[from + c]) & MAGNITUDE)]++;
        }
        int sum = 0;
        for (int bin = 0; bin < BINS; bin++) {
            int count = ends[bin];
            ends[bin] = sum;
            sum += count;
        }
        for (int c = 0; c < columns; c++) {
            int magnitude = Float.floatToRawIntBits(values[from + c]) & MAGNITUDE;
            entries[ends[bin(largest, magnitude)]++] = (long) magnitude << 32 | c;
        }
        int begin = 0;
        for (int end : ends) {
            if (end > begin + 1) {
                Arrays.sort(entries, begin, end);
            }
            begin = end;
        }
        for (int c = 0; c < columns; c++) {
            ascending[c] = (int) entries[c];
        }
        return ascending;
    }

    /** Bins ascend with the magnitude. */
    private static int bin(int largest, int magnitude) {
        return Math.max(0, BINS - 1 - ((largest - magnitude) >>> SHIFT));
    }
}
