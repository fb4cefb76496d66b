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
                "Measures how much of every adapter pruning should keep, on ten tasks unless --tasks says otherwise.")
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
            description = "Values of --keep (default: ${DEFAULT-VALUE}).")
    private List<String> values;

    @Override
    public Integer call() {
        return options.run(
                console,
                "ablation",
                "HAM with pruning that keeps more and less of every adapter.",
                options.plan(console.spec(), TASKS, plan -> plan.optValues("keep", values))
                        .runs());
    }
}
