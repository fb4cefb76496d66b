package ham.cli.train;

import ham.cli.console.PreprocessingOption;
import ham.cli.console.Usage;
import ham.train.data.BadImages;
import ham.train.data.DataSpec;
import ham.train.stream.Arrival;
import ham.train.stream.Sampling;
import ham.train.stream.StreamSettings;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How a data set becomes a stream of tasks. */
final class StreamOptions {
    private static final int DEFAULT_TASKS = 10;

    @Option(
            names = "--order",
            paramLabel = "SEED",
            defaultValue = "1993",
            description = "Class order: NumPy's permutation of this seed, 'natural', or every label in the order of"
                    + " arrival, separated by commas (default: ${DEFAULT-VALUE}).")
    private String order;

    @Option(
            names = "--initial-classes",
            paramLabel = "N",
            defaultValue = "0",
            description = "Classes of the first task; the tasks after it share the others; 0 for tasks of equal size"
                    + " (default: ${DEFAULT-VALUE}).")
    private int initial;

    @Option(
            names = "--held-out",
            paramLabel = "F",
            defaultValue = "0.1",
            description = "Fraction of a class's training images that adapters are not trained on; the analytic head's"
                    + " lambda is chosen and joining is watched on them (default: ${DEFAULT-VALUE}).")
    private BigDecimal heldOut;

    @Option(
            names = "--train-images",
            paramLabel = "N",
            defaultValue = "0",
            description = "Use so many training images of a class, 0 for all (default: ${DEFAULT-VALUE}).")
    private int trainImages;

    @Option(
            names = "--on-bad-image",
            paramLabel = "HOW",
            defaultValue = "stop",
            description =
                    "Images that cannot be decoded: stop (before training begins) or skip (named on standard error"
                            + " and in run.json) (default: ${DEFAULT-VALUE}).")
    private String badImages;

    @Mixin
    private PreprocessingOption preprocessing;

    /** How images are prepared; empty for as the base says. */
    Optional<String> preprocessing() {
        return preprocessing.typed();
    }

    /** The stream; without a number of tasks it has ten, or one a class where there are fewer. */
    StreamSettings settings(CommandSpec spec, Path data, OptionalInt tasks) {
        BadImages rule = Usage.choose(spec, "--on-bad-image", badImages, BadImages.values(), BadImages::optionName);
        int count = tasks.orElseGet(
                () -> Math.min(DEFAULT_TASKS, DataSpec.open(data).classNames().size()));
        return Usage.check(
                spec,
                () -> new StreamSettings(
                        count, initial, Arrival.parse(order), new Sampling(trainImages, heldOut), rule));
    }
}
