package ham.cli.train;

import ham.cli.console.Usage;
import ham.train.config.Measuring;
import ham.train.feature.GramRule;
import ham.train.guard.GuardRule;
import ham.train.guard.SearchRule;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What a run measures beside its model, and when it warns. */
final class MeasuringOptions {
    @Option(
            names = "--frozen",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Measure the frozen backbone beside the method (default: ${DEFAULT-VALUE}).")
    private boolean frozen;

    @Option(
            names = "--any-time-images",
            paramLabel = "N",
            defaultValue = "0",
            description = "Test images of a class that are used after every task but the last, 0 for all; the last row"
                    + " of R uses all (default: ${DEFAULT-VALUE}).")
    private int anyTimeImages;

    @Option(
            names = "--rigid-below",
            paramLabel = "F",
            defaultValue = "0.5",
            description = "Warn when a group's scalar falls below this fraction of its value at its last join"
                    + " (rigidification) (default: ${DEFAULT-VALUE}).")
    private double rigidBelow;

    @Option(
            names = "--transfer-drop",
            paramLabel = "F",
            defaultValue = "0.02",
            description = "Warn when joining costs a task more than this fraction of accuracy on its held-out images"
                    + " (negative transfer) (default: ${DEFAULT-VALUE}).")
    private double transferDrop;

    @Option(
            names = "--guard",
            paramLabel = "SCALES",
            defaultValue = "0.5",
            description =
                    "Which parts of the merged delta are compared, beside all of it and none (the frozen"
                            + " backbone), on held-out training images of all tasks so far: the best is deployed. 0.5, or"
                            + " more as 0.25,0.5,0.75, or off to deploy all of it whatever it does (default: ${DEFAULT-VALUE}).")
    private String guard;

    @Option(
            names = "--gram",
            paramLabel = "FORM",
            defaultValue = "auto",
            description = "What every adapter leaves of the Gram matrices of its layers' inputs, for merging by least"
                    + " squares (regmean): full, diagonal, a number of leading directions, none, or auto (full where the"
                    + " method merges by them, else none) (default: ${DEFAULT-VALUE}).")
    private String gram;

    @Option(
            names = "--search",
            paramLabel = "PARAMETER=VALUE,...",
            defaultValue = "none",
            description =
                    "Which other merges of the adapters --guard compares too, every combination of the values of method, keep,"
                            + " density, groups, tau, join, combine, similarity, scale and sign: method=ham,ties,linear,keep=0.4,1.0"
                            + " (default: ${DEFAULT-VALUE}).")
    private String search;

    @Option(
            names = "--search-data",
            paramLabel = "SPEC",
            description =
                    "Images or texts without labels (labels are not read): of what is not below the frozen backbone on held-out"
                            + " training images, that is deployed whose predictions there have the least entropy.")
    private Path searchData;

    Measuring settings(CommandSpec spec) {
        return Usage.check(
                spec,
                () -> new Measuring(
                        frozen,
                        anyTimeImages,
                        rigidBelow,
                        transferDrop,
                        GuardRule.parse(guard),
                        GramRule.parse(gram),
                        SearchRule.parse(search),
                        Optional.ofNullable(searchData)));
    }
}
