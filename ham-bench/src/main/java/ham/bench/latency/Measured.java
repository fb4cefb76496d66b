package ham.bench.latency;

/**
 * The latency of one candidate.
 *
 * @param samplesNs every sample in nanoseconds, in the order of measurement
 */
@SuppressWarnings("ArrayRecordComponent")
public record Measured(String name, LatencySummary latency, long[] samplesNs) {}
