package ham.cli.experiment;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.train.TrainOptions;
import ham.job.experiment.ExperimentOutcome;
import ham.job.experiment.ExperimentPlan;
import ham.job.experiment.ExperimentWork;
import ham.train.experiment.PlannedRun;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What every experiment is told: what to learn from what, in which orders, and where to; {@link RunLine} adds how to train. */
final class ExperimentOptions {
    @Option(
            names = "--base",
            paramLabel = "DIR",
            required = true,
            description = "Hugging Face or timm ViT: config.json and model.safetensors (or its shards).")
    private Path base;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            required = true,
            description = "Data folder: CIFAR-100 binary, IDX (MNIST family), or train/CLASS/* and test/CLASS/*.")
    private Path data;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            required = true,
            description = "The experiment's folder. The same command again goes on where it was stopped.")
    private Path out;

    @Option(names = "--tasks", paramLabel = "N", description = "Number of tasks (default: the experiment's own).")
    private Integer tasks;

    @Option(
            names = "--orders",
            paramLabel = "SEED,...",
            split = ",",
            defaultValue = "1993",
            description = "Class orders that every run is made with: seeds, or 'natural' (default: ${DEFAULT-VALUE}).")
    private List<String> orders;

    @Option(
            names = "--variant",
            paramLabel = "NAME:OPTION=VALUE,...",
            description = "One more run with options of 'ham train' of its own, as ham-shared:method=ham,init=shared."
                    + " Repeatable.")
    private List<String> variants = List.of();

    /** Does an experiment, or goes on with it. */
    int run(Console console, String kind, String description, List<PlannedRun> plan) {
        ExperimentOutcome outcome =
                new ExperimentWork(out, kind, description, console.command(), new ExperimentText(console)).run(plan);
        console.result(outcome.table() + "\n\n" + out.resolve("report.html") + " has the charts.", outcome.results());
        return ExitCode.DONE;
    }

    /** The number of tasks that was typed, or the experiment's own. */
    int tasks(int own) {
        return tasks == null ? own : tasks;
    }

    /** What was typed, as a plan that lacks the runs of the experiment itself; the variants come after these. */
    ExperimentPlan plan(CommandSpec command, int ownTasks, UnaryOperator<ExperimentPlan.Builder> runs) {
        ExperimentPlan.Builder builder = runs.apply(ExperimentPlan.builder()
                .setBase(base)
                .setData(data)
                .optTasks(tasks(ownTasks))
                .optOrders(orders)
                .optParameters(TrainOptions.typed(command)));
        variants.forEach(builder::optVariant);
        return builder.build();
    }
}
