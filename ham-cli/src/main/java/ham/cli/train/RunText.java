package ham.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.bench.BenchCommand;
import ham.cli.console.Table;
import ham.job.Job;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.report.bench.BenchDocument;
import ham.report.record.ExportDocument;
import ham.train.data.TextSet;
import ham.train.eval.DeployedAccuracy;
import ham.train.learn.LearningMethod;
import ham.train.record.MetricsRecord;
import ham.train.record.RunRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
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
        RunRecord record = RunRecord.read(run.resolve(RunRecord.FILE));
        MetricsRecord metrics = MetricsRecord.read(run.resolve(MetricsRecord.FILE));
        boolean deployed = !record.parameter("method").equals(LearningMethod.ORACLE.optionName());
        int classes = record.classOrder().size();
        require(run.resolve(RunRecord.FILE), classes > 0 && !record.tasks().isEmpty(), "class_order and tasks");
        require(run.resolve(MetricsRecord.FILE), !metrics.variants().isEmpty() && metrics.last() != null, "variants");

        double chance = 1.0 / classes;
        ObjectNode json = JsonFiles.object();
        json.put("run", run.toString());
        json.put("last_accuracy", metrics.last());
        json.put("chance", chance);
        json.set("metrics", metrics.json());
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d classes in %d tasks, %s adapters of rank %s, %s head%n%n",
                classes,
                record.tasks().size(),
                record.parameter("method"),
                record.parameter("rank"),
                record.parameter("head")));
        if (!deployed) {
            text.append(accuracies(metrics, "own adapter", "the task known", metrics.last(), chance));
            text.append("\n\nno single model: every task has its own adapter and head in adapters/");
        } else if (!isExported(run)) {
            text.append(accuracies(metrics, "merged model", "not exported", metrics.last(), chance));
            text.append("\n\nno ONNX file: 'ham export --base ")
                    .append(record.parameter("base"))
                    .append(" --merged ")
                    .append(run.resolve("merged"))
                    .append(" --out MODEL.onnx' makes one");
        } else {
            DeployedAccuracy evaluation = DeployedAccuracy.read(run.resolve(Job.EVALUATION));
            ExportDocument export = ExportDocument.read(run.resolve(Job.EXPORT));
            require(run.resolve(Job.EXPORT), export.parity().maxAbs() != null, "parity");
            json.put("last_accuracy", evaluation.accuracy());
            json.set("parity", export.parity().json());
            json.set("evaluation", JsonFiles.tree(evaluation));
            text.append(accuracies(metrics, "merged model", "exported ONNX", evaluation.accuracy(), chance));
            text.append("\n\n").append(parity(export.parity()));
        }
        if (record.guard() != null) {
            json.set("guard", JsonRecords.tree(record.guard()));
            text.append("\n\n").append(record.guard().sentence(record.examples()));
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
    private static Table accuracies(MetricsRecord metrics, String model, String note, double last, double chance) {
        boolean overTime = metrics.matrix().size() > 1;
        Table table = overTime
                ? new Table("accuracy", "last", "average incremental", "forgetting")
                : new Table("accuracy", "last");
        String chosen = metrics.method() + "/" + metrics.head();
        String shown = model + ", " + metrics.head() + " head (" + note + ")";
        table.row(cells(shown, last, metrics.averageIncremental(), metrics.forgetting(), overTime));
        metrics.variants().forEach((variant, figures) -> {
            if (!variant.equals(chosen)) {
                boolean beside = !variant.startsWith(metrics.method() + "/");
                String name =
                        (beside ? "frozen backbone, " : model + ", ") + variant.replaceFirst("^[^/]*/", "") + " head";
                table.row(cells(name, figures.last(), figures.averageIncremental(), figures.forgetting(), overTime));
            }
        });
        String luck = Table.percent(chance);
        return overTime ? table.row("chance", luck, "", "") : table.row("chance", luck);
    }

    private static String[] cells(
            String name, double last, Double averageIncremental, Double forgetting, boolean overTime) {
        String end = Table.percent(last);
        return overTime
                ? new String[] {name, end, Table.percent(averageIncremental), Table.percent(forgetting)}
                : new String[] {name, end};
    }

    private static String parity(ExportDocument.Parity parity) {
        String forms = parity.differences().entrySet().stream()
                .map(each -> String.format(Locale.ROOT, "%s %.1e", each.getKey(), each.getValue()))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "three forms agree: largest difference of logits from the baked model %.1e (%s%s; allowed %.1e), top-1"
                        + " agreement %.1f %% on %s",
                parity.maxAbs(),
                forms,
                parity.withoutDelta() == null
                        ? ""
                        : String.format(Locale.ROOT, "; without the delta %.1e", parity.withoutDelta()),
                parity.tolerance() == null ? Double.POSITIVE_INFINITY : parity.tolerance(),
                100 * parity.top1(),
                parity.inputs());
    }

    /**
     * The closing lines of the demo.
     *
     * @param kind what it learnt from, in the plural
     */
    public static String whereToLook(Path run, double seconds, String kind) {
        String one = kind.equals(TextSet.KIND) ? "--text TEXT" : "IMAGE...";
        return String.format(
                Locale.ROOT,
                "%n%ndone in %.0f s; everything is in %s%n"
                        + "  ham run %s/model.onnx %s   classify %s with the one file%n"
                        + "  ham inspect %s/merged            which adapter went into which group%n"
                        + "  %s/report.html                   the same in pictures",
                seconds,
                run,
                run,
                one,
                kind,
                run,
                run);
    }
}
