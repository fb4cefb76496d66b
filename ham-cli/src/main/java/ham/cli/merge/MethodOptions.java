package ham.cli.merge;

import ham.cli.console.Usage;
import ham.merge.plan.LayerRule;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.space.MergeSpace;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How to merge: the method, and the options of methods other than ham. */
final class MethodOptions {
    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "ham",
            description =
                    "ham, linear (weighted mean), cat (weighted sum), task-arithmetic (sum times --scale), ties, dare,"
                            + " magnitude, magmax, breadcrumbs, della, sce, model-stock, svd (sum cut to a rank), regmean (by the Gram matrices that adapters left), tsv, iso-c,"
                            + " iso-cts, or opcm (default: ${DEFAULT-VALUE}).")
    private String method;

    @Mixin
    private PeerOptions peers;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "dare, della: seed of the random masks (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--rank",
            paramLabel = "R",
            defaultValue = "16",
            description =
                    "svd: rank of every merged delta (default: ${DEFAULT-VALUE}). Other methods: with --as peft, the"
                            + " largest rank of a delta (default: exact).")
    private int rank;

    @Option(
            names = "--outliers",
            paramLabel = "F",
            defaultValue = "0.01",
            description = "breadcrumbs: fraction of the largest entries that is dropped (default: ${DEFAULT-VALUE}).")
    private BigDecimal outliers;

    @Option(
            names = "--window",
            paramLabel = "W",
            defaultValue = "0.2",
            description = "della: by how much the smallest entry of a row is kept less often than the largest (default:"
                    + " ${DEFAULT-VALUE}).")
    private BigDecimal window;

    @Option(
            names = "--common",
            paramLabel = "F",
            defaultValue = "0.8",
            description = "iso-cts: fraction of the directions that tasks share (default: ${DEFAULT-VALUE}).")
    private BigDecimal common;

    @Option(
            names = "--leading",
            paramLabel = "F",
            defaultValue = "0.5",
            description = "opcm: fraction of the singular values whose directions a new adapter leaves alone (default:"
                    + " ${DEFAULT-VALUE}).")
    private BigDecimal leading;

    @Option(
            names = "--space",
            paramLabel = "SPACE",
            defaultValue = "delta",
            description =
                    "ties, dare, magnitude, magmax, breadcrumbs, della, sce, model-stock: where entries are merged: delta (the"
                            + " weights), knots (the directions of all outputs) or core (those of all factors) (default:"
                            + " ${DEFAULT-VALUE}).")
    private MergeSpace space;

    @Option(
            names = "--layer",
            paramLabel = "REGEX:KEY=VALUE,...",
            converter = LayerRuleText.class,
            description =
                    "Parameters for the weights whose name the expression is found in: keep (ham), density (ties, dare,"
                            + " magnitude, breadcrumbs, della, sce), rank (svd), weight (all: factor on the merged delta). Repeatable; of rules that match,"
                            + " the first that gives a parameter counts.")
    private List<LayerRule> layers = List.of();

    /** The method that was typed. */
    Optional<MergeMethod> method(CommandSpec spec) {
        MergeMethod chosen = Usage.choose(spec, "--method", method, MergeMethod.values(), MergeMethod::optionName);
        return spec.commandLine().getParseResult().hasMatchedOption("--method")
                ? Optional.of(chosen)
                : Optional.empty();
    }

    /**
     * What was typed, and not the defaults.
     *
     * @param rankOfOutput whether a rank is what the output is cut to, and none of the method's choices
     */
    MergeChoices choices(CommandSpec spec, boolean rankOfOutput) {
        return new HamOptions.Typed(spec)
                .put(MergeParameter.SEED, seed)
                .put(MergeParameter.OUTLIERS, outliers)
                .put(MergeParameter.WINDOW, window)
                .put(MergeParameter.COMMON, common)
                .put(MergeParameter.LEADING, leading)
                .put(MergeParameter.SPACE, space)
                .put(MergeParameter.RANK, rankOfOutput ? null : Integer.valueOf(rank))
                .choices()
                .over(peers.choices(spec))
                .layers(layers);
    }
}
