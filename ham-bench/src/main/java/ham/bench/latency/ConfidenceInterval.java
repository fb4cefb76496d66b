package ham.bench.latency;

/**
 * An interval that holds the true percentile with the confidence asked for.
 *
 * @param low in ns; NaN where there are too few samples to bound it
 * @param high in ns; NaN where there are too few samples to bound it
 */
public record ConfidenceInterval(double low, double high) {
    /** Half its width in ns; infinite when it is open. */
    public double halfWidth() {
        return Double.isNaN(low) || Double.isNaN(high) ? Double.POSITIVE_INFINITY : (high - low) / 2;
    }
}
