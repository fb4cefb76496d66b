package ham.bench;

import ham.bench.latency.ConfidenceInterval;
import ham.bench.latency.LatencySamples;
import ham.bench.latency.LatencySummary;
import ham.bench.scenario.StabilityRule;
import ham.bench.strategy.Footprint;
import ham.bench.strategy.ServerLoad;
import ham.bench.strategy.ServingResult;
import ham.report.bench.BenchPlan;
import ham.report.bench.BenchRow;
import ham.report.bench.BenchServer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Plan and results as the records of {@code bench.json}; what was not or cannot be measured is null. */
final class ServingRows {
    private static final int QUANTILES = 200;

    private ServingRows() {}

    static List<BenchPlan> plan(ServingPlan plan) {
        return plan.entries().stream()
                .map(each -> new BenchPlan(
                        each.strategy().label(),
                        each.tasks(),
                        each.memory() / 1e6,
                        each.disk() / 1e6,
                        each.skipped().orElse(null)))
                .toList();
    }

    static BenchRow result(ServingResult result, String traffic, OptionalDouble accuracy) {
        LatencySamples samples = result.outcome().log().latencies();
        LatencySummary latency = samples.toSummary();
        Optional<Footprint> footprint = result.footprint();
        return new BenchRow(
                result.strategy().label(),
                result.tasks(),
                result.scenario().title(),
                traffic,
                latency.count(),
                result.outcome().warmUp().count(),
                latency.p50Ms(),
                latency.p90Ms(),
                latency.p95Ms(),
                latency.p99Ms(),
                latency.meanMs(),
                intervals(samples),
                result.outcome().stable(),
                result.throughputPerSecond(),
                orNull(result.switchMs().orElse(Double.NaN)),
                orNull(footprint.map(Footprint::loadMs).orElse(Double.NaN)),
                orNull(footprint.map(Footprint::firstAnswerMs).orElse(Double.NaN)),
                orNull(footprint.map(Footprint::residentMb).orElse(Double.NaN)),
                orNull(footprint.map(Footprint::residentFileMb).orElse(Double.NaN)),
                result.diskMb(),
                orNull(accuracy.orElse(Double.NaN)),
                result.server().map(ServingRows::server).orElse(null),
                Arrays.stream(samples.quantiles(QUANTILES))
                        .map(each -> each / 1e6)
                        .boxed()
                        .toList());
    }

    private static Map<String, List<Double>> intervals(LatencySamples samples) {
        Map<String, List<Double>> intervals = new LinkedHashMap<>();
        for (int percent : new int[] {50, 90, 95, 99}) {
            ConfidenceInterval each = samples.interval(percent / 100.0, StabilityRule.CONFIDENCE);
            List<Double> ends = new ArrayList<>();
            ends.add(orNull(each.low() / 1e6));
            ends.add(orNull(each.high() / 1e6));
            intervals.put("p" + percent + "_ms", ends);
        }
        return intervals;
    }

    private static BenchServer server(ServerLoad load) {
        return new BenchServer(
                load.capacityPerSecond(),
                load.ratePerSecond(),
                load.achievedPerSecond(),
                load.boundMs(),
                load.boundMet(),
                load.overloaded());
    }

    static Double orNull(double value) {
        return Double.isNaN(value) ? null : (Double) value;
    }
}
