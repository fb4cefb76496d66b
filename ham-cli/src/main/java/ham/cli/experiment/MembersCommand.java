package ham.cli.experiment;

import ham.cli.console.Console;
import ham.job.experiment.ExperimentPlan;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham experiment members}: what a group's merged adapter keeps of its members. */
@Command(
        name = "members",
        description =
                "Compares the merged adapter of every group with the adapters that it was merged from, each on its own task, on"
                        + " twenty tasks unless --tasks says otherwise.")
final class MembersCommand implements Callable<Integer> {
    private static final int TASKS = 20;

    @Mixin
    private Console console;

    @Mixin
    private ExperimentOptions options;

    @Option(
            names = "--methods",
            paramLabel = "METHOD,...",
            split = ",",
            defaultValue = ExperimentPlan.HAM_INDEPENDENT,
            description = "ham-independent, whose adapters are trained alone and so stand alone too, ham, or both"
                    + " (default: ${DEFAULT-VALUE}).")
    private List<String> methods;

    @Override
    public Integer call() {
        return options.runWithMembers(
                console,
                "members",
                "The merged adapter of every group against its members.",
                options.plan(console.spec(), TASKS, plan -> plan.optMethods(methods))
                        .runs());
    }
}
