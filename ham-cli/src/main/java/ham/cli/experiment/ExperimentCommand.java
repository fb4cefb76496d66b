package ham.cli.experiment;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ham experiment}: many runs, and what they say together. */
@Command(
        name = "experiment",
        description =
                "Trains many runs one after the other, keeps what is finished, and ends in a table, CSV files and charts.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CompareCommand.class,
            SanityCommand.class,
            AblationCommand.class,
            GroupsCommand.class,
            MembersCommand.class
        })
public final class ExperimentCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected an experiment (compare, sanity, ablation, groups or members), found none");
    }
}
