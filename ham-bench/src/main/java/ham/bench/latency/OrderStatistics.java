package ham.bench.latency;

/**
 * Distribution-free confidence intervals of percentiles. Of n independent samples the number below the percentile of fraction q is
 * Binomial(n, q), whatever the distribution; so the samples of the ranks l and u, sorted from 1, enclose it with the probability
 * {@code P(l <= Binomial < u)}. l is the largest and u the smallest rank whose tail is at most half of what the confidence leaves.
 *
 * <p>Source: David and Nagaraja, Order Statistics, section 7.1.
 */
final class OrderStatistics {
    private OrderStatistics() {}

    /**
     * The interval of a percentile.
     *
     * @param sorted samples in ns, rising, at least one
     * @param fraction of the percentile, between 0 and 1
     * @param confidence for example 0.95
     */
    static ConfidenceInterval interval(long[] sorted, double fraction, double confidence) {
        int n = sorted.length;
        double tail = (1 - confidence) / 2;
        int low = 0;
        int high = n + 1;
        double below = 0; // P(Binomial <= k)
        double logarithm = n * Math.log1p(-fraction);
        double odds = Math.log(fraction) - Math.log1p(-fraction);
        for (int k = 0; k < n; k++) {
            below += Math.exp(logarithm);
            if (below <= tail) {
                low = k + 1;
            }
            if (below >= 1 - tail) {
                high = k + 1;
                break;
            }
            logarithm += Math.log((double) (n - k) / (k + 1)) + odds;
        }
        return new ConfidenceInterval(
                low == 0 ? Double.NaN : sorted[low - 1], high > n ? Double.NaN : sorted[high - 1]);
    }
}
