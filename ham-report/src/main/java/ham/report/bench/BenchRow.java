package ham.report.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * One measurement: a way to serve, for a number of tasks, in a scenario. What was not or cannot be measured is null; memory and disk are in 10^6
 * bytes.
 *
 * @param strategy the way
 * @param tasks how many were served
 * @param scenario after MLPerf's definitions
 * @param traffic which task a request was for
 * @param samples queries that were measured
 * @param warmUpSamples queries before them
 * @param p50Ms median latency
 * @param p90Ms 90th percentile
 * @param p95Ms 95th percentile
 * @param p99Ms 99th percentile
 * @param meanMs mean latency
 * @param interval confidence interval of each percentile by its key, in ms; an end that is not bounded is null
 * @param stable whether the figures had settled when the measurement ended
 * @param throughputPerSecond images a second
 * @param switchMs what a request to another task costs more
 * @param loadMs time to open what is kept open
 * @param firstAnswerMs that and the first answer
 * @param residentMb resident memory of a process that serves in this way alone
 * @param residentFileMb how much of it are pages of files
 * @param diskMb size of the files
 * @param accuracy fraction of test images that are answered rightly
 * @param server what only the scenario server has
 * @param distributionMs quantiles of the latency at even distances
 */
public record BenchRow(
        String strategy,
        Integer tasks,
        String scenario,
        String traffic,
        Integer samples,
        @JsonProperty("warm_up_samples") Integer warmUpSamples,
        @JsonProperty("p50_ms") Double p50Ms,
        @JsonProperty("p90_ms") Double p90Ms,
        @JsonProperty("p95_ms") Double p95Ms,
        @JsonProperty("p99_ms") Double p99Ms,
        @JsonProperty("mean_ms") Double meanMs,
        Map<String, List<Double>> interval,
        Boolean stable,
        @JsonProperty("throughput_per_s") Double throughputPerSecond,
        @JsonProperty("switch_ms") Double switchMs,
        @JsonProperty("load_ms") Double loadMs,
        @JsonProperty("first_answer_ms") Double firstAnswerMs,
        @JsonProperty("resident_mb") Double residentMb,
        @JsonProperty("resident_file_mb") Double residentFileMb,
        @JsonProperty("disk_mb") Double diskMb,
        Double accuracy,
        @JsonInclude(JsonInclude.Include.NON_NULL) BenchServer server,
        @JsonProperty("distribution_ms") List<Double> distributionMs) {
    public BenchRow {
        interval = interval == null ? Map.of() : interval;
        distributionMs = distributionMs == null ? List.of() : distributionMs;
    }

    /** A figure, NaN where there is none. */
    public double figure(BenchFigure figure) {
        Number value = figure.of(this);
        return value == null ? Double.NaN : value.doubleValue();
    }

    /** End 0 or 1 of the confidence interval of a figure, NaN where there is none. */
    public double interval(BenchFigure figure, int end) {
        List<Double> ends = interval.getOrDefault(figure.key(), List.of());
        return ends.size() != 2 || ends.get(end) == null ? Double.NaN : ends.get(end);
    }
}
