package ham.bench.latency;

import java.util.Arrays;

/**
 * Collects durations, in nanoseconds, in the order in which they were measured. Not safe for use by several threads at once.
 *
 * <p>Percentiles interpolate linearly between the two nearest ranks, as numpy does by default: of n sorted samples, the
 * fraction q lies at position q * (n - 1).
 */
public final class LatencySamples {
    private static final double NS_PER_MS = 1e6;

    private long[] nanoseconds = new long[64];
    private int count;

    /** Adds one duration in nanoseconds. */
    public void add(long duration) {
        if (count == nanoseconds.length) {
            nanoseconds = Arrays.copyOf(nanoseconds, 2 * count);
        }
        nanoseconds[count++] = duration;
    }

    /** Number of durations so far. */
    public int count() {
        return count;
    }

    /** A copy of all durations, in nanoseconds, in the order of measurement. */
    public long[] toArray() {
        return Arrays.copyOf(nanoseconds, count);
    }

    /**
     * The duration below which the given fraction of all lie, in nanoseconds.
     *
     * @param fraction from 0 (the least) to 1 (the greatest)
     * @throws IllegalStateException if there is no sample
     */
    public double percentile(double fraction) {
        return percentile(sorted(), fraction);
    }

    /**
     * The interval in which a percentile of the distribution lies with the given confidence, if the samples are independent; by order
     * statistics, without an assumption about the distribution.
     *
     * @param fraction of the percentile, between 0 and 1
     * @param confidence for example 0.95
     * @throws IllegalStateException if there is no sample
     */
    public ConfidenceInterval interval(double fraction, double confidence) {
        return OrderStatistics.interval(sorted(), fraction, confidence);
    }

    /**
     * Percentiles of the fractions 0, 1 / steps, 2 / steps, ..., 1, in ns.
     *
     * @throws IllegalStateException if there is no sample
     */
    public double[] quantiles(int steps) {
        long[] sorted = sorted();
        double[] quantiles = new double[steps + 1];
        Arrays.setAll(quantiles, i -> percentile(sorted, (double) i / steps));
        return quantiles;
    }

    /**
     * Mean and percentiles of all durations so far.
     *
     * @throws IllegalStateException if there is no sample
     */
    public LatencySummary toSummary() {
        long[] sorted = sorted();
        return new LatencySummary(
                count,
                Arrays.stream(sorted).average().orElseThrow() / NS_PER_MS,
                percentile(sorted, 0.50) / NS_PER_MS,
                percentile(sorted, 0.90) / NS_PER_MS,
                percentile(sorted, 0.95) / NS_PER_MS,
                percentile(sorted, 0.99) / NS_PER_MS,
                sorted[0] / NS_PER_MS,
                sorted[count - 1] / NS_PER_MS);
    }

    private long[] sorted() {
        if (count == 0) {
            throw new IllegalStateException("there is no latency sample to summarise");
        }
        long[] sorted = toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private static double percentile(long[] sorted, double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("a percentile's fraction lies within 0..1, found " + fraction);
        }
        double position = fraction * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
