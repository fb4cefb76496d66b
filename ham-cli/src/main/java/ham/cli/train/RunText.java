package ham.cli.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.bench.BenchCommand;
import ham.cli.console.Table;
import ham.job.Job;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.record.ScaleChoice;
import ham.report.bench.BenchDocument;
import ham.train.learn.LearningMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A finished run for people and for scripts, from the records in its folder.
 *
 * @param text accuracies, forms and, where it was measured, serving
 * @param json the same as one document
 */
public record RunText(String text, ObjectNode json) {
    /** Reads a run folder. */
    public static RunText read(Path run) {
        ObjectNode record = JsonFiles.read(run.resolve("run.json"), "the record of a run");
        ObjectNode metrics = JsonFiles.read(run.resolve("metrics.json"), "the accuracies of a run");
        JsonNode configuration = record.path("configuration");
        boolean deployed = !configuration.path("method").asText().equals(LearningMethod.ORACLE.optionName());
        int classes = record.path("class_order").size();
        require(run.resolve("run.json"), classes > 0 && !record.path("tasks").isEmpty(), "class_order and tasks");
        require(run.resolve("metrics.json"), metrics.path("variants").isObject(), "variants");

        ObjectNode json = JsonFiles.object();
        json.put("run", run.toString());
        json.put("last_accuracy", metrics.path("last").asDouble());
        json.put("chance", 1.0 / classes);
        json.set("metrics", metrics);
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d classes in %d tasks, %s adapters of rank %d, %s head%n%n",
                classes,
                record.path("tasks").size(),
                configuration.path("method").asText(),
                configuration.path("rank").asInt(),
                configuration.path("head").asText()));
        if (!deployed) {
            text.append(accuracies(metrics, "own adapter", "the task known", json, 1.0 / classes));
            text.append("\n\nno single model: every task has its own adapter and head in adapters/");
        } else if (!isExported(run)) {
            text.append(accuracies(metrics, "merged model", "not exported", json, 1.0 / classes));
            text.append("\n\nno ONNX file: 'ham export --base ")
                    .append(configuration.path("base").asText())
                    .append(" --merged ")
                    .append(run.resolve("merged"))
                    .append(" --out MODEL.onnx' makes one");
        } else {
            Path evaluated = run.resolve(Job.EVALUATION);
            ObjectNode evaluation = JsonFiles.read(evaluated, "the accuracy of an exported model");
            require(evaluated, evaluation.path("accuracy").isNumber(), "accuracy");
            Path exported = run.resolve(Job.EXPORT);
            ObjectNode export = JsonFiles.read(exported, "the record of an export");
            require(exported, export.path("parity").isObject(), "parity");
            json.put("last_accuracy", evaluation.path("accuracy").asDouble());
            json.set("parity", export.path("parity"));
            json.set("evaluation", evaluation);
            text.append(accuracies(metrics, "merged model", "exported ONNX", json, 1.0 / classes));
            text.append("\n\n").append(parity(export.path("parity")));
        }
        if (record.path("guard") instanceof ObjectNode guard) {
            json.set("guard", guard);
            text.append("\n\n")
                    .append(JsonRecords.read(run.resolve("run.json"), guard, ScaleChoice.class)
                            .sentence());
        }
        if (Files.exists(run.resolve(Job.BENCH))) {
            BenchDocument bench = BenchDocument.read(run.resolve(Job.BENCH));
            json.set("bench", bench.json());
            text.append("\n\n").append(BenchCommand.text(bench));
        }
        return new RunText(text.toString(), json);
    }

    /** Whether any part of an exported model is there; runs of an experiment have none. */
    private static boolean isExported(Path run) {
        return Stream.of(Job.MODEL, Job.EXPORT, Job.EVALUATION).anyMatch(file -> Files.exists(run.resolve(file)));
    }

    private static void require(Path file, boolean there, String keys) {
        if (!there) {
            throw new InputException(file, "expected " + keys + ", found none; the record is damaged");
        }
    }

    /** Where all classes came at once, nothing happened over time: no average over tasks, nothing to forget. */
    private static Table accuracies(JsonNode metrics, String model, String note, JsonNode json, double chance) {
        boolean overTime = metrics.path("R").size() > 1;
        Table table = overTime
                ? new Table("accuracy", "last", "average incremental", "forgetting")
                : new Table("accuracy", "last");
        String chosen =
                metrics.path("method").asText() + "/" + metrics.path("head").asText();
        String shown = model + ", " + metrics.path("head").asText() + " head (" + note + ")";
        table.row(cells(shown, json.path("last_accuracy"), metrics, overTime));
        for (Map.Entry<String, JsonNode> variant : metrics.path("variants").properties()) {
            boolean beside = !variant.getKey().startsWith(metrics.path("method").asText() + "/");
            String head = variant.getKey().replaceFirst("^[^/]*/", "");
            if (!variant.getKey().equals(chosen)) {
                String name = (beside ? "frozen backbone, " : model + ", ") + head + " head";
                table.row(cells(name, variant.getValue().path("last"), variant.getValue(), overTime));
            }
        }
        String luck = Table.percent(chance);
        return overTime ? table.row("chance", luck, "", "") : table.row("chance", luck);
    }

    private static String[] cells(String name, JsonNode last, JsonNode figures, boolean overTime) {
        String end = Table.percent(last.asDouble());
        return overTime
                ? new String[] {
                    name,
                    end,
                    Table.percent(figures.path("average_incremental").asDouble()),
                    Table.percent(figures.path("forgetting").asDouble())
                }
                : new String[] {name, end};
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
    public static String whereToLook(Path run, double seconds) {
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
