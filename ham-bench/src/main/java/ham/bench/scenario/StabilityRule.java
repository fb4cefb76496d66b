package ham.bench.scenario;

import ham.bench.latency.LatencySamples;

/**
 * When enough was measured: at least so many queries in so many rounds, and the 95 % confidence interval of the median is narrow.
 *
 * @param queries fewest queries
 * @param rounds fewest rounds, so that a quiet moment of the machine is not taken for the rule
 * @param halfWidth largest half width of the interval, as a fraction of the median
 */
public record StabilityRule(int queries, int rounds, double halfWidth) {
    /** Confidence of all intervals. */
    public static final double CONFIDENCE = 0.95;

    /** 400 queries, enough to bound the 99th percentile, in 8 rounds; 2 %. */
    public static final StabilityRule DEFAULT = new StabilityRule(400, 8, 0.02);

    /** Whether a candidate's queries are enough. */
    public boolean holds(QueryLog log) {
        if (log.count() < queries || log.rounds() < rounds) {
            return false;
        }
        LatencySamples latencies = log.latencies();
        return latencies.interval(0.5, CONFIDENCE).halfWidth() <= halfWidth * latencies.percentile(0.5);
    }

    /** The rule in words. */
    public String text() {
        return "stable when " + queries + " queries in " + rounds
                + " rounds are answered and the half width of the median's " + Math.round(100 * CONFIDENCE)
                + " % confidence interval is at most " + 100 * halfWidth + " % of it";
    }
}
