package ham.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.ExportRequest;
import ham.export.VitExporter;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.Merged;
import ham.merge.folder.TaskModels;
import ham.merge.io.JsonFiles;
import ham.runtime.bench.ServingBench;
import ham.runtime.bench.ServingResult;
import ham.runtime.bench.ServingStrategy;
import ham.runtime.latency.InterleavedMeasurement;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measures the merged model against one model a task, all built from the same weights in a temporary folder. */
final class ServingComparison {
    /** Counted requests of a turn. */
    private static final int PER_TURN = 10;
    /** Long enough for ONNX Runtime's idle threads to stop spinning. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Console console;
    private final SessionSettings settings;
    private final InterleavedMeasurement measurement;

    ServingComparison(Console console, SessionSettings settings, int requests, Duration limit) {
        this.console = console;
        this.settings = settings;
        int rounds = (requests + PER_TURN - 1) / PER_TURN;
        this.measurement = new InterleavedMeasurement(1 + rounds / 10, rounds, PER_TURN, PAUSE, limit);
    }

    /** Builds the models and measures them. */
    ObjectNode run(Checkpoint base, Path mergedModel, AdapterMerge merge) {
        try (TemporaryFolder temporary = new TemporaryFolder()) {
            Path folder = temporary.path();
            requireSpace(folder, base, merge.adapters().size());
            List<Path> models = new ArrayList<>();
            for (Merged each : TaskModels.of(merge)) {
                console.progress(
                        "building the model of task %d of %d",
                        models.size() + 1, merge.adapters().size());
                models.add(build(base, each, folder.resolve("task-" + models.size() + ".onnx")));
            }
            console.progress("measuring %d models", models.size() + 1);
            List<ServingResult> results = new ServingBench(models.size(), settings, measurement)
                    .measure(List.of(
                            new ServingStrategy("merged", List.of(mergedModel)),
                            new ServingStrategy("per-task", models)));
            return json(results);
        }
    }

    /** Bakes a merge without comparing forms: for measurements of speed only. */
    Path build(Checkpoint base, Merged merged, Path file) {
        VitExporter.export(ExportRequest.of(base, merged, Version.current(), file, settings)
                .withVerify(false));
        return file;
    }

    /** A model takes four bytes a parameter, and its head some more. */
    private static void requireSpace(Path folder, Checkpoint base, int models) {
        long parameters = base.file().names().stream()
                .mapToLong(name -> base.file().info(name).elements())
                .sum();
        long needed = 5 * parameters * models;
        long free = folder.toFile().getUsableSpace();
        if (free < needed) {
            throw new InputException(
                    folder,
                    "expected " + needed / 1_000_000 + " MB for " + models + " temporary models, found "
                            + free / 1_000_000 + " MB free; free some, or set HAM_OPTS=-Djava.io.tmpdir=FOLDER");
        }
    }

    private ObjectNode json(List<ServingResult> results) {
        ObjectNode json = JsonFiles.object();
        json.set("environment", JsonFiles.tree(Environment.facts()));
        json.put("session_threads", settings.threads());
        ArrayNode array = json.putArray("results");
        for (ServingResult each : results) {
            ObjectNode node = array.addObject()
                    .put("strategy", each.strategy())
                    .put("tasks", each.tasks())
                    .put("samples", each.latency().count())
                    .put("p50_ms", each.latency().p50Ms())
                    .put("p90_ms", each.latency().p90Ms())
                    .put("p95_ms", each.latency().p95Ms())
                    .put("p99_ms", each.latency().p99Ms())
                    .put("mean_ms", each.latency().meanMs())
                    .put("throughput_per_s", each.throughputPerSecond())
                    .put("switch_ms", each.switchMs())
                    .put("load_ms", each.loadMs());
            if (each.residentMb().isPresent()) {
                node.put("resident_mb", each.residentMb().getAsDouble());
            } else {
                node.putNull("resident_mb");
            }
            node.put("disk_mb", each.diskMb());
        }
        return json;
    }

    /** The results as a table. */
    static String text(ObjectNode json) {
        Table table = new Table(
                "strategy",
                "tasks",
                "p50 ms",
                "p90 ms",
                "p99 ms",
                "images/s",
                "switch ms",
                "load ms",
                "resident MB",
                "disk MB");
        json.path("results")
                .forEach(each -> table.row(
                        each.path("strategy").asText(),
                        each.path("tasks").asText(),
                        number(each.path("p50_ms").asDouble()),
                        number(each.path("p90_ms").asDouble()),
                        number(each.path("p99_ms").asDouble()),
                        String.format(
                                Locale.ROOT,
                                "%.0f",
                                each.path("throughput_per_s").asDouble()),
                        number(each.path("switch_ms").asDouble()),
                        String.format(Locale.ROOT, "%.0f", each.path("load_ms").asDouble()),
                        each.path("resident_mb").isNull()
                                ? "-"
                                : String.format(
                                        Locale.ROOT,
                                        "%.0f",
                                        each.path("resident_mb").asDouble()),
                        String.format(Locale.ROOT, "%.1f", each.path("disk_mb").asDouble())));
        return table.toString();
    }

    private static String number(double milliseconds) {
        return String.format(Locale.ROOT, "%.2f", milliseconds);
    }
}
