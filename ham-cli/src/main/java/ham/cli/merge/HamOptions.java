package ham.cli.merge;

import ham.cli.console.Usage;
import ham.merge.combine.Combine;
import ham.merge.compare.Measure;
import ham.merge.join.Join;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeParameter;
import java.math.BigDecimal;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of the HAM merge, the same for {@code merge} and {@code train}. */
public final class HamOptions {
    @Option(
            names = "--keep",
            paramLabel = "K",
            defaultValue = "0.6",
            description = "ham: fraction of the entries of A and of B that pruning keeps (default: ${DEFAULT-VALUE}).")
    private BigDecimal keep;

    @Option(
            names = "--tau",
            paramLabel = "T",
            defaultValue = "0.1",
            description = "ham: least similarity with which an adapter joins a group while more may be opened"
                    + " (default: ${DEFAULT-VALUE}).")
    private double tau;

    @Option(
            names = "--groups",
            paramLabel = "N",
            defaultValue = "5",
            description = "ham: most groups (default: ${DEFAULT-VALUE}).")
    private int groups;

    @Option(
            names = "--join",
            paramLabel = "HOW",
            defaultValue = "mean",
            description = "ham: how a group's scalar changes when an adapter joins: mean (the paper) or fold (keeps the"
                    + " function) (default: ${DEFAULT-VALUE}).")
    private Join join;

    @Option(
            names = "--combine",
            paramLabel = "HOW",
            defaultValue = "sum",
            description = "ham: how the groups add up: sum (as trained) or mean (divided by the sum of their scalars)"
                    + " (default: ${DEFAULT-VALUE}).")
    private Combine combine;

    @Option(
            names = "--similarity",
            paramLabel = "MEASURE",
            defaultValue = "cosine",
            description = "ham: what adapters and groups are compared by: cosine (of all deltas as one vector) or"
                    + " layer-cosine (mean of the cosines at every weight) (default: ${DEFAULT-VALUE}).")
    private String similarity;

    private Measure measure(CommandSpec spec) {
        return Usage.choose(spec, "--similarity", similarity, Measure.values(), Measure::optionName);
    }

    /** What was typed, and not the defaults. */
    public MergeChoices choices(CommandSpec spec) {
        return new Typed(spec)
                .put(MergeParameter.KEEP, keep)
                .put(MergeParameter.TAU, tau)
                .put(MergeParameter.GROUPS, groups)
                .put(MergeParameter.JOIN, join)
                .put(MergeParameter.COMBINE, combine)
                .put(MergeParameter.SIMILARITY, measure(spec))
                .choices();
    }

    /** Keeps the values of options that were typed. */
    record Typed(CommandSpec spec, MergeChoices choices) {
        Typed(CommandSpec spec) {
            this(spec, new MergeChoices());
        }

        <T> Typed put(MergeParameter<T> parameter, T value) {
            if (spec.commandLine().getParseResult().hasMatchedOption("--" + parameter.name())) {
                choices.put(parameter, value);
            }
            return this;
        }
    }
}
