package ham.cli;

import ham.merge.method.Combine;
import ham.merge.method.HamParameters;
import ham.merge.method.Join;
import java.math.BigDecimal;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of the HAM merge, the same for {@code merge} and {@code train}. */
final class HamOptions {
    @Option(
            names = "--keep",
            paramLabel = "K",
            defaultValue = "0.6",
            description = "Fraction of the entries of A and of B that pruning keeps (default: ${DEFAULT-VALUE}).")
    private BigDecimal keep;

    @Option(
            names = "--tau",
            paramLabel = "T",
            defaultValue = "0.1",
            description = "Least cosine with which an adapter joins a group while more may be opened"
                    + " (default: ${DEFAULT-VALUE}).")
    private double tau;

    @Option(
            names = "--groups",
            paramLabel = "N",
            defaultValue = "5",
            description = "Most groups (default: ${DEFAULT-VALUE}).")
    private int groups;

    @Option(
            names = "--join",
            paramLabel = "HOW",
            defaultValue = "mean",
            description = "How a group's scalar changes when an adapter joins: mean (the paper) or fold (keeps the"
                    + " function) (default: ${DEFAULT-VALUE}).")
    private Join join;

    @Option(
            names = "--combine",
            paramLabel = "HOW",
            defaultValue = "sum",
            description = "How the groups add up: sum (as trained) or mean (divided by the sum of their scalars)"
                    + " (default: ${DEFAULT-VALUE}).")
    private Combine combine;

    HamParameters parameters(CommandSpec spec) {
        return Usage.check(spec, () -> new HamParameters(keep, tau, groups, join, combine));
    }
}
