package ham.cli.experiment;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Usage;
import ham.cli.train.PresetOption;
import ham.cli.train.TrainOptions;
import ham.job.experiment.ExperimentOutcome;
import ham.job.experiment.ExperimentPlan;
import ham.job.experiment.ExperimentWork;
import ham.job.experiment.MembersWork;
import ham.train.experiment.PlannedRun;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What every experiment is told: what to learn from what, in which orders, and where to; {@link RunLine} adds how to train. */
final class ExperimentOptions {
    static final String ONLY = "--only";
    private static final String MASTER = "--master";

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

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "Number of tasks (default: the preset's, else the experiment's own).")
    private Integer tasks;

    @Mixin
    private PresetOption presets;

    @Option(
            names = "--orders",
            paramLabel = "SEED,...",
            split = ",",
            defaultValue = "1993",
            description = "Class orders that every run is made with: seeds, or 'natural' (default: ${DEFAULT-VALUE}).")
    private List<String> orders;

    @Option(
            names = "--seeds",
            paramLabel = "N,...",
            split = ",",
            description = "Seeds of all other draws that every run is made with, beside every order (default: the one"
                    + " --seed).")
    private List<Long> seeds = List.of();

    @Option(
            names = "--variant",
            paramLabel = "NAME:OPTION=VALUE,...",
            description = "One more run with options of 'ham train' of its own, as ham-shared:method=ham,init=shared."
                    + " Repeatable.")
    private List<String> variants = List.of();

    @Option(
            names = MASTER,
            paramLabel = "URL",
            description =
                    "Do the runs as tasks of Apache Spark, local[N] or spark://HOST:PORT (docs/spark.md). What the"
                            + " experiment reads and writes, and ham itself, lie where all workers see them.")
    private String master;

    @Option(names = ONLY, hidden = true, description = "Do one run and nothing else.")
    private String only;

    /** Does an experiment, or goes on with it. */
    int run(Console console, String kind, String description, List<PlannedRun> plan) {
        return run(console, kind, description, plan, "report.html", UnaryOperator.identity());
    }

    /** The same, and then the groups of its runs against their members. */
    int runWithMembers(Console console, String kind, String description, List<PlannedRun> plan) {
        MembersWork members = new MembersWork(out, new ExperimentText(console));
        return run(console, kind, description, plan, "members.html", members::run);
    }

    private int run(
            Console console,
            String kind,
            String description,
            List<PlannedRun> plan,
            String page,
            UnaryOperator<ExperimentOutcome> more) {
        List<String> command = withoutSpark(console.command());
        ExperimentWork work = new ExperimentWork(out, kind, description, command, new ExperimentText(console));
        if (only != null) {
            endWithInput();
            work.runOne(plan, only);
            return ExitCode.DONE;
        }
        if (master != null) {
            int code = new ExperimentSweep(master, out.toAbsolutePath(), command).run(work.waves(plan));
            if (code != ExitCode.DONE) {
                return code;
            }
        }
        ExperimentOutcome outcome = more.apply(work.run(plan));
        console.result(
                outcome.table() + "\n\n" + out.resolve(page) + " has the charts.",
                outcome.results().json());
        return ExitCode.DONE;
    }

    /** What was typed, but where it is done. */
    private static List<String> withoutSpark(List<String> command) {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < command.size(); i++) {
            String each = command.get(i);
            if (each.equals(MASTER) || each.equals(ONLY)) {
                i++;
            } else if (!each.startsWith(MASTER + "=") && !each.startsWith(ONLY + "=")) {
                kept.add(each);
            }
        }
        return kept;
    }

    /** Ends this process when whoever started it is gone: another attempt of the run may begin then. */
    private static void endWithInput() {
        Thread watch = new Thread(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // Gone as well.
            }
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        });
        watch.setDaemon(true);
        watch.start();
    }

    /** The number of tasks that was typed, or the preset's, or the experiment's own. */
    int tasks(CommandSpec command, int own) {
        return tasks(ofPreset(command), own);
    }

    private int tasks(Map<String, String> preset, int own) {
        return tasks != null ? tasks : Integer.parseInt(preset.getOrDefault("tasks", String.valueOf(own)));
    }

    /**
     * What was typed, over a preset if there is one, as a plan that lacks the runs of the experiment itself; the variants come after these. Methods
     * and class orders are the experiment's, whatever the preset says.
     */
    ExperimentPlan plan(CommandSpec command, int ownTasks, UnaryOperator<ExperimentPlan.Builder> runs) {
        Map<String, String> parameters = ofPreset(command);
        int number = tasks(parameters, ownTasks);
        parameters.keySet().removeAll(Set.of("tasks", "method", "order"));
        parameters.putAll(TrainOptions.typed(command));
        ExperimentPlan.Builder builder = runs.apply(ExperimentPlan.builder()
                .setBase(base)
                .setData(data)
                .optTasks(number)
                .optOrders(orders)
                .optSeeds(seeds)
                .optParameters(parameters));
        variants.forEach(builder::optVariant);
        return builder.build();
    }

    private Map<String, String> ofPreset(CommandSpec command) {
        return presets.preset(command)
                .map(preset -> Usage.check(command, () -> preset.parameters(data)))
                .orElseGet(LinkedHashMap::new);
    }
}
