package ham.bench;

import ham.bench.scenario.QueryLog;
import ham.bench.strategy.ServingResult;
import ham.report.bench.BenchDocument;
import ham.report.bench.BenchRow;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Results and raw samples as comma-separated values; no value has a comma. */
final class ServingCsv {
    private record Column(String key, Function<BenchRow, Object> value) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("strategy", BenchRow::strategy),
            new Column("tasks", BenchRow::tasks),
            new Column("scenario", BenchRow::scenario),
            new Column("traffic", BenchRow::traffic),
            new Column("samples", BenchRow::samples),
            new Column("warm_up_samples", BenchRow::warmUpSamples),
            new Column("p50_ms", BenchRow::p50Ms),
            new Column("p90_ms", BenchRow::p90Ms),
            new Column("p95_ms", BenchRow::p95Ms),
            new Column("p99_ms", BenchRow::p99Ms),
            new Column("mean_ms", BenchRow::meanMs),
            new Column("stable", BenchRow::stable),
            new Column("throughput_per_s", BenchRow::throughputPerSecond),
            new Column("switch_ms", BenchRow::switchMs),
            new Column("load_ms", BenchRow::loadMs),
            new Column("first_answer_ms", BenchRow::firstAnswerMs),
            new Column("resident_mb", BenchRow::residentMb),
            new Column("resident_file_mb", BenchRow::residentFileMb),
            new Column("disk_mb", BenchRow::diskMb),
            new Column("accuracy", BenchRow::accuracy));

    private ServingCsv() {}

    /** Writes a line a result; what is null is empty. */
    static void results(Path file, BenchDocument bench) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(COLUMNS.stream().map(Column::key).collect(Collectors.joining(","))
                + ",p50_low_ms,p50_high_ms,p99_low_ms,p99_high_ms");
        for (BenchRow row : bench.results()) {
            List<String> cells = new ArrayList<>();
            COLUMNS.forEach(column -> cells.add(cell(column.value().apply(row))));
            for (String percentile : List.of("p50_ms", "p99_ms")) {
                row.interval().getOrDefault(percentile, List.of()).forEach(end -> cells.add(cell(end)));
            }
            lines.add(String.join(",", cells));
        }
        Files.write(file, lines);
    }

    private static String cell(Object value) {
        return value == null ? "" : value.toString();
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
