package ham.cli.run;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.job.evaluate.ModelTasks;
import ham.job.evaluate.OpenedClassifier;
import ham.merge.io.JsonFiles;
import ham.train.data.Dataset;
import ham.train.eval.DeployedAccuracy;
import ham.train.eval.TaskAccuracy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ham eval}: accuracy of a deployed file. */
@Command(
        name = "eval",
        description = "Measures the accuracy of an exported model on test images or texts, per task and overall.")
public final class EvalCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Mixin
    private ClassifierOptions options;

    @Parameters(paramLabel = "MODEL.onnx", description = "A model that ham exported.")
    private Path model;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            required = true,
            description = "Data folder or list, as for ham train; test examples alone will do.")
    private Path data;

    @Mixin
    private BadImageOption badImages;

    @Option(
            names = "--run",
            paramLabel = "RUN",
            description = "A run folder that says which classes make a task (default: the model's metadata).")
    private Path run;

    @Override
    public Integer call() {
        try (OpenedClassifier classifier = options.openAny(console, model)) {
            Dataset dataset = badImages.test(console.spec(), data);
            List<List<String>> tasks =
                    run != null ? ModelTasks.ofRun(run) : ModelTasks.of(classifier.model(), classifier.labels());
            int total = dataset.test().size();
            DeployedAccuracy accuracy = DeployedAccuracy.measure(
                    classifier.examples(),
                    dataset,
                    tasks,
                    done -> console.progress("evaluating: %d of %d", done, total));
            console.result(text(accuracy, dataset.test().kind()), JsonFiles.tree(accuracy));
            return ExitCode.DONE;
        }
    }

    private static String text(DeployedAccuracy accuracy, String kind) {
        Table table = new Table("task", kind, "accuracy", "classes");
        for (TaskAccuracy each : accuracy.tasks()) {
            table.row(
                    String.valueOf(each.task()),
                    String.valueOf(each.images()),
                    Table.percent(each.accuracy()),
                    String.join(", ", each.classes()));
        }
        table.row("all", String.valueOf(accuracy.images()), Table.percent(accuracy.accuracy()), "");
        return table.toString();
    }
}
