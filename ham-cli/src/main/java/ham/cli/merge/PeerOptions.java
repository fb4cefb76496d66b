package ham.cli.merge;

import ham.merge.method.SignRule;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeParameter;
import java.math.BigDecimal;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of the merging methods beside ham, the same for {@code merge} and {@code train}. */
public final class PeerOptions {
    @Option(
            names = "--density",
            paramLabel = "D",
            defaultValue = "0.5",
            description =
                    "ties, dare, magnitude, breadcrumbs, della, sce: fraction of the entries of each delta that is kept"
                            + " (default: ${DEFAULT-VALUE}).")
    private BigDecimal density;

    @Option(
            names = "--scale",
            paramLabel = "S",
            defaultValue = "1",
            description =
                    "task-arithmetic, ties, magmax, breadcrumbs, della, sce, tsv, iso-c, iso-cts: factor on the result"
                            + " (default: ${DEFAULT-VALUE}).")
    private double scale;

    @Option(
            names = "--sign",
            paramLabel = "RULE",
            description =
                    "ties, dare, breadcrumbs, della: sign of an entry by total (the sum decides) or frequency (the majority decides);"
                            + " all but ties also none (default: total for ties and della, else none).")
    private SignRule sign;

    /** What was typed, and not the defaults. */
    public MergeChoices choices(CommandSpec spec) {
        return new HamOptions.Typed(spec)
                .put(MergeParameter.DENSITY, density)
                .put(MergeParameter.SCALE, scale)
                .put(MergeParameter.SIGN, sign)
                .choices();
    }
}
