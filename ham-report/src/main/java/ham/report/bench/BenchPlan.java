package ham.report.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One way to serve at one number of tasks, as it was planned.
 *
 * @param strategy the way
 * @param tasks how many
 * @param needMb memory that it was going to need, in 10^6 bytes
 * @param diskMb size of its files, in 10^6 bytes
 * @param skipped why it was not measured, null if it was
 */
public record BenchPlan(
        String strategy,
        Integer tasks,
        @JsonProperty("need_mb") Double needMb,
        @JsonProperty("disk_mb") Double diskMb,
        String skipped) {}
