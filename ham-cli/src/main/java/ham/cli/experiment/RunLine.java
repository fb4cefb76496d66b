package ham.cli.experiment;

import ham.cli.console.Usage;
import ham.cli.train.TrainOptions;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code train} that hold for all runs of an experiment. */
@Command(name = "train")
public final class RunLine {
    /** What an experiment decides itself, or what differs between its runs. */
    private static final Set<String> DECIDED = Set.of(
            "--order",
            "--adapters",
            "--frozen",
            "--resume",
            "--force",
            "--method",
            "--mode",
            "--cache-images",
            "--keep-statistics");

    /** Read by picocli alone. */
    @Mixin
    @SuppressWarnings("UnusedVariable")
    private TrainOptions train;

    private RunLine() {}

    /** Adds them to an experiment's command. */
    public static void addTo(CommandSpec command) {
        CommandLine line = new CommandLine(new RunLine());
        Usage.register(line);
        for (OptionSpec option : line.getCommandSpec().options()) {
            if (!DECIDED.contains(option.longestName())) {
                command.addOption(option);
            }
        }
    }
}
