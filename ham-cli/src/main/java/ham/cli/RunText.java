package ham.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A finished run for people and for scripts, from the records in its folder.
 *
 * @param text accuracies, forms and, where it was measured, serving
 * @param json the same as one document
 */
record RunText(String text, ObjectNode json) {
    /** Where a run keeps its serving comparison. */
    static final String BENCH = "bench.json";

    /** Reads a run folder. */
    static RunText read(Path run) {
        ObjectNode record = JsonFiles.read(run.resolve("run.json"), "the record of a run");
        ObjectNode metrics = JsonFiles.read(run.resolve("metrics.json"), "the accuracies of a run");
        ObjectNode evaluation = JsonFiles.read(run.resolve(Pipeline.EVALUATION), "the accuracy of an exported model");
        ObjectNode export = JsonFiles.read(run.resolve(Pipeline.EXPORT), "the record of an export");
        JsonNode configuration = record.path("configuration");
        int classes = record.path("class_order").size();
        require(run.resolve("run.json"), classes > 0 && !record.path("tasks").isEmpty(), "class_order and tasks");
        require(run.resolve("metrics.json"), metrics.path("variants").isObject(), "variants");
        require(run.resolve(Pipeline.EVALUATION), evaluation.path("accuracy").isNumber(), "accuracy");
        require(run.resolve(Pipeline.EXPORT), export.path("parity").isObject(), "parity");

        ObjectNode json = JsonFiles.object();
        json.put("run", run.toString());
        json.put("last_accuracy", evaluation.path("accuracy").asDouble());
        json.put("chance", 1.0 / classes);
        json.set("parity", export.path("parity"));
        json.set("metrics", metrics);
        json.set("evaluation", evaluation);
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d classes in %d tasks, %s adapters of rank %d, %s head%n%n",
                classes,
                record.path("tasks").size(),
                configuration.path("method").asText(),
                configuration.path("rank").asInt(),
                configuration.path("head").asText()));
        text.append(accuracies(metrics, evaluation, 1.0 / classes)).append("\n\n");
        text.append(parity(export.path("parity")));
        if (Files.exists(run.resolve(BENCH))) {
            ObjectNode bench = JsonFiles.read(run.resolve(BENCH), "a serving comparison");
            json.set("bench", bench);
            text.append("\n\n").append(BenchCommand.text(bench));
        }
        return new RunText(text.toString(), json);
    }

    private static void require(Path file, boolean there, String keys) {
        if (!there) {
            throw new InputException(file, "expected " + keys + ", found none; the record is damaged");
        }
    }

    private static Table accuracies(JsonNode metrics, JsonNode evaluation, double chance) {
        Table table = new Table("accuracy", "last", "average incremental", "forgetting");
        table.row(
                "merged model, " + metrics.path("head").asText() + " head (exported ONNX)",
                EvalCommand.percent(evaluation.path("accuracy").asDouble()),
                EvalCommand.percent(metrics.path("average_incremental").asDouble()),
                EvalCommand.percent(metrics.path("forgetting").asDouble()));
        List<Map.Entry<String, JsonNode>> variants =
                new ArrayList<>(metrics.path("variants").properties());
        for (Map.Entry<String, JsonNode> variant : variants) {
            boolean frozen = variant.getKey().startsWith("frozen/");
            String head = variant.getKey().replaceFirst("^[^/]*/", "");
            if (frozen || !head.equals(metrics.path("head").asText())) {
                table.row(
                        (frozen ? "frozen backbone, " : "merged model, ") + head + " head",
                        EvalCommand.percent(variant.getValue().path("last").asDouble()),
                        EvalCommand.percent(
                                variant.getValue().path("average_incremental").asDouble()),
                        EvalCommand.percent(
                                variant.getValue().path("forgetting").asDouble()));
            }
        }
        return table.row("chance", EvalCommand.percent(chance), "", "");
    }

    private static String parity(JsonNode parity) {
        StringBuilder forms = new StringBuilder();
        parity.path("differences")
                .properties()
                .forEach(each -> forms.append(String.format(
                        Locale.ROOT,
                        "%s%s %.1e",
                        forms.isEmpty() ? "" : ", ",
                        each.getKey(),
                        each.getValue().asDouble())));
        return String.format(
                Locale.ROOT,
                "three forms agree: largest difference of logits from the baked model %.1e (%s; allowed %.1e), top-1"
                        + " agreement %.1f %% on %s",
                parity.path("max_abs").asDouble(),
                forms,
                parity.path("tolerance").asDouble(),
                100 * parity.path("top1").asDouble(),
                parity.path("inputs").asText());
    }

    /** The closing lines of the demo. */
    static String whereToLook(Path run, double seconds) {
        return String.format(
                Locale.ROOT,
                "%n%ndone in %.0f s; everything is in %s%n"
                        + "  ham run %s/model.onnx IMAGE...   classify images with the one file%n"
                        + "  ham inspect %s/merged            which adapter went into which group%n"
                        + "  %s/report.html                   the same in pictures",
                seconds,
                run,
                run,
                run,
                run);
    }
}
