package ham.cli.console;

import ham.runtime.preprocess.Preprocessing;
import ham.runtime.preprocess.PreprocessingChoice;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import picocli.CommandLine.Option;

/** How images are prepared, wherever a command reads images of a base. */
public final class PreprocessingOption {
    @Option(
            names = "--preprocessing",
            paramLabel = "WHAT",
            description =
                    "How images are prepared, instead of as the base says: a preprocessor_config.json, imagenet, half, or plain-crop"
                            + " (shortest edge, centre crop, values from 0 to 1).")
    private String preprocessing;

    /** As it was typed; empty for as the base says. */
    public Optional<String> typed() {
        return Optional.ofNullable(preprocessing);
    }

    /** For a graph whose side of images is not known yet; empty for as the base says. */
    public Optional<IntFunction<Preprocessing>> choice() {
        return typed().map(PreprocessingChoice::parse);
    }

    /**
     * For a model of a known side, which it must fit; empty for as the base says.
     *
     * @param side of its images, which is only wanted where something was typed
     */
    public Optional<Preprocessing> forSide(IntSupplier side) {
        return typed().map(text -> PreprocessingChoice.forSide(text, side.getAsInt()));
    }
}
