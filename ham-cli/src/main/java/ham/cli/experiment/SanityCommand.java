package ham.cli.experiment;

import ham.cli.console.ExitCode;
import ham.cli.console.Console;
import ham.cli.console.Usage;
import ham.train.experiment.Likeness;
import ham.train.experiment.PlannedRun;
import ham.train.stream.Arrival;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code ham experiment sanity}: two tasks, alike and unlike. */
@Command(
        name = "sanity",
        description = "Two tasks, once of alike and once of dissimilar classes, by the frozen backbone's features:"
                + " linear merging against HAM's concatenation.")
final class SanityCommand implements Callable<Integer> {
    private static final int TASKS = 2;

    @Mixin
    private Console console;

    @Mixin
    private ExperimentOptions options;

    @Option(
            names = "--methods",
            paramLabel = "METHOD,...",
            split = ",",
            defaultValue = "linear,ham,ham-independent",
            description = "What to compare: methods of 'ham train', and ham-independent (default: ${DEFAULT-VALUE}).")
    private List<String> methods;

    @Override
    public Integer call() {
        if (options.tasks(TASKS) != TASKS) {
            throw new ParameterException(
                    console.spec().commandLine(),
                    "--tasks: expected 2, as sanity compares two tasks, found " + options.tasks(TASKS));
        }
        Map<String, Map<String, String>> runs =
                options.withVariants(console.spec(), ExperimentMethods.of(console.spec(), methods));
        List<String> orders = options.orders(console.spec());
        console.stage("measuring how alike the classes are to the frozen backbone");
        Likeness likeness = Likeness.of(options.config(console.spec(), TASKS, Map.of()));
        List<PlannedRun> plan = new ArrayList<>();
        for (String order : orders) {
            int[] start = Usage.check(console.spec(), () -> Arrival.parse(order).order(likeness.classes()));
            plan.addAll(plan(runs, "alike", order, likeness.alike(start)));
            plan.addAll(plan(runs, "dissimilar", order, likeness.dissimilar(start)));
        }
        return options.run(console, "sanity", "Two tasks of alike classes and two of dissimilar classes.", plan);
    }

    private List<PlannedRun> plan(
            Map<String, Map<String, String>> runs, String kind, String order, List<Integer> labels) {
        String classes = Arrival.of(labels).optionName();
        return runs.entrySet().stream()
                .map(run ->
                        options.run(console.spec(), TASKS, kind + "-" + run.getKey(), order, classes, run.getValue()))
                .toList();
    }
}
