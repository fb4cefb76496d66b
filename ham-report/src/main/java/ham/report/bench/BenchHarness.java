package ham.report.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What the measurement adds to what it measures.
 *
 * @param overheadNs to a latency, in ns
 * @param serverOverheadNs to a latency of the scenario server, in ns
 * @param shortestP50Ms the shortest median that was measured, in ms
 * @param fraction the one of the other
 * @param belowOnePercent whether that is less than a hundredth
 * @param emptyResidentMb resident memory of a process without a model, in 10^6 bytes; null where it cannot be told
 */
public record BenchHarness(
        @JsonProperty("overhead_ns") double overheadNs,
        @JsonProperty("server_overhead_ns") double serverOverheadNs,
        @JsonProperty("shortest_p50_ms") double shortestP50Ms,
        double fraction,
        @JsonProperty("below_1_percent") boolean belowOnePercent,
        @JsonProperty("empty_resident_mb") Double emptyResidentMb) {}
