package ham.bench.comparison;

import com.fasterxml.jackson.databind.JsonNode;
import ham.bench.scenario.QueryLog;
import ham.bench.strategy.ServingResult;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Results and raw samples as comma-separated values; no value has a comma. */
final class ServingCsv {
    private static final List<String> KEYS = List.of(
            "strategy",
            "tasks",
            "scenario",
            "traffic",
            "samples",
            "warm_up_samples",
            "p50_ms",
            "p90_ms",
            "p95_ms",
            "p99_ms",
            "mean_ms",
            "stable",
            "throughput_per_s",
            "switch_ms",
            "load_ms",
            "first_answer_ms",
            "resident_mb",
            "resident_file_mb",
            "disk_mb",
            "accuracy");

    private ServingCsv() {}

    /** Writes a line a result; what is null is empty. */
    static void results(Path file, JsonNode bench) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(String.join(",", KEYS) + ",p50_low_ms,p50_high_ms,p99_low_ms,p99_high_ms");
        for (JsonNode result : bench.path("results")) {
            List<String> cells = new ArrayList<>();
            KEYS.forEach(key -> cells.add(cell(result.path(key))));
            for (String percentile : List.of("p50_ms", "p99_ms")) {
                result.path("interval").path(percentile).forEach(bound -> cells.add(cell(bound)));
            }
            lines.add(String.join(",", cells));
        }
        Files.write(file, lines);
    }

    private static String cell(JsonNode value) {
        return value.isNull() ? "" : value.asText();
    }

    /** Writes a line a query, warm-up included, in the order of measurement; times in ns, {@code due} from the first query of the log on. */
    static void samples(Path file, List<ServingResult> results) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("strategy,tasks,scenario,phase,round,task,due_ns,latency_ns\n");
            for (ServingResult each : results) {
                String prefix = each.strategy().label() + "," + each.tasks() + ","
                        + each.scenario().title() + ",";
                log(out, prefix + "warm-up,", each.outcome().warmUp());
                log(out, prefix + "measured,", each.outcome().log());
            }
        }
    }

    private static void log(BufferedWriter out, String prefix, QueryLog log) throws IOException {
        long[] latencies = log.latencies().toArray();
        for (int i = 0; i < latencies.length; i++) {
            out.write(prefix + log.round(i) + "," + log.task(i) + "," + (log.due(i) - log.due(0)) + "," + latencies[i]
                    + "\n");
        }
    }
}
