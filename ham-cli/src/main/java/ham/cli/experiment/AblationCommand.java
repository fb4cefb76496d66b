package ham.cli.experiment;

import ham.cli.console.Console;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham experiment ablation}: how much pruning keeps. */
@Command(
        name = "ablation",
        description =
                "Runs ham with one parameter at each of several values, how much pruning keeps unless --parameter says another, on"
                        + " ten tasks unless --tasks says otherwise.")
final class AblationCommand implements Callable<Integer> {
    private static final int TASKS = 10;

    @Mixin
    private Console console;

    @Mixin
    private ExperimentOptions options;

    @Option(
            names = "--values",
            paramLabel = "K,...",
            split = ",",
            defaultValue = "1.0,0.6",
            description = "Values of the parameter (default: ${DEFAULT-VALUE}).")
    private List<String> values;

    @Option(
            names = "--parameter",
            paramLabel = "OPTION",
            defaultValue = "keep",
            description = "An option of 'ham train' without its dashes: keep, tau, combine, join, scalars, lr, ..."
                    + " (default: ${DEFAULT-VALUE}).")
    private String parameter;

    @Override
    public Integer call() {
        return options.run(
                console,
                "ablation",
                "HAM with one parameter at several values.",
                options.plan(console.spec(), TASKS, plan -> plan.optValues(parameter, values))
                        .runs());
    }
}
