package ham.cli.experiment;

import ham.job.experiment.ExperimentOutcome;
import ham.job.experiment.ExperimentWork;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Usage;
import ham.train.experiment.PlannedRun;
import ham.train.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What every experiment is told: what to learn from what, in which orders, and where to; {@link RunLine} adds how to train. */
final class ExperimentOptions {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";
    /** A value may hold commas itself. */
    private static final Pattern BETWEEN = Pattern.compile(",(?=[a-z-]+=)");

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
        ExperimentOutcome outcome = new ExperimentWork(
                        out, kind, description, console.command(), new ExperimentText(console))
                .run(plan);
        console.result(
                outcome.table() + "\n\n" + out.resolve("report.html") + " has the charts.", outcome.results());
        return ExitCode.DONE;
    }

    /** The number of tasks that was typed, or the experiment's own. */
    int tasks(int own) {
        return tasks == null ? own : tasks;
    }

    List<String> orders(CommandSpec command) {
        return Usage.distinct(command, "--orders", orders);
    }

    /** The runs of an experiment: all for the first order, then all for the next. */
    List<PlannedRun> plan(CommandSpec command, int ownTasks, Map<String, Map<String, String>> runs) {
        Map<String, Map<String, String>> all = withVariants(command, runs);
        List<PlannedRun> plan = new ArrayList<>();
        for (String order : orders(command)) {
            all.forEach((name, options) -> plan.add(run(command, ownTasks, name, order, order, options)));
        }
        return plan;
    }

    /**
     * One run.
     *
     * @param order names the order
     * @param classes the order itself, as {@code --order} has it
     */
    PlannedRun run(
            CommandSpec command, int ownTasks, String name, String order, String classes, Map<String, String> options) {
        Map<String, String> own = new LinkedHashMap<>(options);
        own.put("order", classes);
        own.put("frozen", "false");
        return new PlannedRun(name, order, config(command, ownTasks, own));
    }

    /** The configuration of a run with options of its own. */
    RunConfig config(CommandSpec command, int ownTasks, Map<String, String> own) {
        return RunLine.config(command, base, data, tasks(ownTasks), RunLine.typed(command), own);
    }

    /** The options of an experiment's own runs and of the variants, by name. */
    Map<String, Map<String, String>> withVariants(CommandSpec command, Map<String, Map<String, String>> runs) {
        Set<String> known = RunLine.options();
        Map<String, Map<String, String>> all = new LinkedHashMap<>(runs);
        for (String variant : variants) {
            int colon = variant.indexOf(':');
            String name = variant.substring(0, Math.max(0, colon));
            if (!name.matches(NAME)) {
                throw new ParameterException(
                        command.commandLine(),
                        "--variant: expected NAME:OPTION=VALUE,... with a name of letters, digits, '-', '_' and '.',"
                                + " found '" + variant + "'");
            }
            Map<String, String> options = new LinkedHashMap<>();
            for (String option : BETWEEN.split(variant.substring(colon + 1), -1)) {
                String[] pair = option.split("=", 2);
                if (pair.length < 2 || !known.contains(pair[0])) {
                    throw new ParameterException(
                            command.commandLine(),
                            "--variant " + name + ": expected OPTION=VALUE with an option of 'ham train' that an"
                                    + " experiment does not decide itself, found '" + option + "'");
                }
                options.put(pair[0], pair[1]);
            }
            if (all.put(name, options) != null) {
                throw new ParameterException(
                        command.commandLine(), "--variant: expected a name of its own, found " + name + " twice");
            }
        }
        return all;
    }
}
