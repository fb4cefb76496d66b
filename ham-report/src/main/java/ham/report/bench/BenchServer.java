package ham.report.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What the scenario server was like for a way to serve.
 *
 * @param capacityPerSecond queries a second that were answered one after the other just before
 * @param ratePerSecond queries a second that became due
 * @param achievedPerSecond queries a second that were answered
 * @param boundMs the 99th percentile that is to be kept, in ms
 * @param boundMet whether it was
 * @param overloaded whether the rate is at or above the capacity
 */
public record BenchServer(
        @JsonProperty("capacity_per_s") double capacityPerSecond,
        @JsonProperty("rate_per_s") double ratePerSecond,
        @JsonProperty("achieved_per_s") double achievedPerSecond,
        @JsonProperty("bound_ms") double boundMs,
        @JsonProperty("bound_met") boolean boundMet,
        boolean overloaded) {}
