package ham.cli.experiment;

import ham.cli.console.Console;
import ham.job.experiment.ExperimentPlan;
import java.util.List;
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
        int tasks = options.tasks(console.spec(), TASKS);
        if (tasks != TASKS) {
            throw new ParameterException(
                    console.spec().commandLine(), "--tasks: expected 2, as sanity compares two tasks, found " + tasks);
        }
        ExperimentPlan plan = options.plan(console.spec(), TASKS, each -> each.optMethods(methods));
        console.stage("measuring how alike the classes are to the frozen backbone");
        return options.run(
                console, "sanity", "Two tasks of alike classes and two of dissimilar classes.", plan.sanityRuns());
    }
}
