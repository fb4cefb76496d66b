package ham.bench.comparison;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.bench.latency.ConfidenceInterval;
import ham.bench.latency.LatencySamples;
import ham.bench.latency.LatencySummary;
import ham.bench.scenario.StabilityRule;
import ham.bench.strategy.Footprint;
import ham.bench.strategy.ServerLoad;
import ham.bench.strategy.ServingResult;
import ham.merge.io.JsonFiles;
import java.util.OptionalDouble;

/** Plan and results as JSON; what was not or cannot be measured is null. */
final class ServingJson {
    private static final int QUANTILES = 200;

    private ServingJson() {}

    /** {@code plan[]}. */
    static ArrayNode plan(ServingPlan plan) {
        ArrayNode array = JsonFiles.object().arrayNode();
        for (PlanEntry each : plan.entries()) {
            ObjectNode node = array.addObject()
                    .put("strategy", each.strategy().label())
                    .put("tasks", each.tasks())
                    .put("need_mb", each.memory() / 1e6)
                    .put("disk_mb", each.disk() / 1e6);
            node.put("skipped", each.skipped().orElse(null));
        }
        return array;
    }

    /** One of {@code results[]}. */
    static ObjectNode result(ServingResult result, String traffic, OptionalDouble accuracy) {
        LatencySamples samples = result.outcome().log().latencies();
        LatencySummary latency = samples.toSummary();
        ObjectNode node = JsonFiles.object()
                .put("strategy", result.strategy().label())
                .put("tasks", result.tasks())
                .put("scenario", result.scenario().title())
                .put("traffic", traffic)
                .put("samples", latency.count())
                .put("warm_up_samples", result.outcome().warmUp().count())
                .put("p50_ms", latency.p50Ms())
                .put("p90_ms", latency.p90Ms())
                .put("p95_ms", latency.p95Ms())
                .put("p99_ms", latency.p99Ms())
                .put("mean_ms", latency.meanMs());
        ObjectNode interval = node.putObject("interval");
        for (int percent : new int[] {50, 90, 95, 99}) {
            ConfidenceInterval each = samples.interval(percent / 100.0, StabilityRule.CONFIDENCE);
            put(put(interval.putArray("p" + percent + "_ms"), each.low() / 1e6), each.high() / 1e6);
        }
        node.put("stable", result.outcome().stable());
        node.put("throughput_per_s", result.throughputPerSecond());
        put(node, "switch_ms", result.switchMs());
        Footprint footprint = result.footprint().orElse(new Footprint(Double.NaN, Double.NaN, Double.NaN, Double.NaN));
        put(node, "load_ms", footprint.loadMs());
        put(node, "first_answer_ms", footprint.firstAnswerMs());
        put(node, "resident_mb", footprint.residentMb());
        put(node, "resident_file_mb", footprint.residentFileMb());
        node.put("disk_mb", result.diskMb());
        put(node, "accuracy", accuracy);
        result.server().ifPresent(load -> node.set("server", server(load)));
        ArrayNode distribution = node.putArray("distribution_ms");
        for (double quantile : samples.quantiles(QUANTILES)) {
            distribution.add(quantile / 1e6);
        }
        return node;
    }

    private static ObjectNode server(ServerLoad load) {
        return JsonFiles.object()
                .put("capacity_per_s", load.capacityPerSecond())
                .put("rate_per_s", load.ratePerSecond())
                .put("achieved_per_s", load.achievedPerSecond())
                .put("bound_ms", load.boundMs())
                .put("bound_met", load.boundMet())
                .put("overloaded", load.overloaded());
    }

    private static void put(ObjectNode node, String key, OptionalDouble value) {
        put(node, key, value.orElse(Double.NaN));
    }

    private static void put(ObjectNode node, String key, double value) {
        if (Double.isNaN(value)) {
            node.putNull(key);
        } else {
            node.put(key, value);
        }
    }

    private static ArrayNode put(ArrayNode array, double value) {
        return Double.isNaN(value) ? array.addNull() : array.add(value);
    }
}
