package ham.bench.latency;

/**
 * Durations of one thing that was done many times, in milliseconds. For the percentiles see {@link LatencySamples}.
 *
 * @param count number of samples
 */
public record LatencySummary(
        int count, double meanMs, double p50Ms, double p90Ms, double p95Ms, double p99Ms, double minMs, double maxMs) {}
