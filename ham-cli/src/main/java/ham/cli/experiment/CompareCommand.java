package ham.cli.experiment;

import ham.cli.console.Console;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham experiment compare}: all methods on the same streams. */
@Command(
        name = "compare",
        description =
                "Compares the methods under every head on the same streams, ten tasks unless --tasks says otherwise.")
final class CompareCommand implements Callable<Integer> {
    private static final int TASKS = 10;

    @Mixin
    private Console console;

    @Mixin
    private ExperimentOptions options;

    @Option(
            names = "--methods",
            paramLabel = "METHOD,...",
            split = ",",
            defaultValue = "frozen,sequential,linear,ties,dare,cat-pruned,ham,ham-independent,sd-lora,oracle,joint",
            description = "What to compare: methods of 'ham train', and ham-independent (default: ${DEFAULT-VALUE}).")
    private List<String> methods;

    @Override
    public Integer call() {
        return options.run(
                console,
                "compare",
                "Methods compared on the same streams, under every head.",
                options.plan(console.spec(), TASKS, plan -> plan.optMethods(methods))
                        .runs());
    }
}
