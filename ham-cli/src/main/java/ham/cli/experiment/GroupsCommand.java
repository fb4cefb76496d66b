package ham.cli.experiment;

import ham.cli.console.Console;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham experiment groups}: how many groups. */
@Command(
        name = "groups",
        description = "Measures how many groups there should be, on twenty tasks unless --tasks says otherwise.")
final class GroupsCommand implements Callable<Integer> {
    private static final int TASKS = 20;

    @Mixin
    private Console console;

    @Mixin
    private ExperimentOptions options;

    @Option(
            names = "--values",
            paramLabel = "N,...",
            split = ",",
            defaultValue = "1,2,5,10",
            description = "Values of --groups (default: ${DEFAULT-VALUE}).")
    private List<String> values;

    @Override
    public Integer call() {
        return options.run(
                console,
                "groups",
                "HAM with fewer and more groups.",
                options.plan(console.spec(), TASKS, plan -> plan.optValues("groups", values))
                        .runs());
    }
}
