package ham.cli.run;

import ham.cli.console.Usage;
import ham.train.data.BadImages;
import ham.train.data.DataSpec;
import ham.train.data.Dataset;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What happens with images that cannot be decoded, the same for all commands that measure on images. */
public final class BadImageOption {
    @Option(
            names = "--on-bad-image",
            paramLabel = "HOW",
            defaultValue = "stop",
            description =
                    "Images that cannot be decoded: stop or skip (named on standard error) (default: ${DEFAULT-VALUE}).")
    private String rule;

    /** The rule. */
    public BadImages rule(CommandSpec spec) {
        return Usage.choose(spec, "--on-bad-image", rule, BadImages.values(), BadImages::optionName);
    }

    /** The images of a data set to measure with. */
    public Dataset test(CommandSpec spec, Path data) {
        return rule(spec).lazily(data, DataSpec.openTest(data), fault -> skipped(spec, fault));
    }

    /** Tells of an image that is left out. */
    public static void skipped(CommandSpec spec, String fault) {
        spec.commandLine().getErr().println("ham: warning: " + fault + "; left out");
        spec.commandLine().getErr().flush();
    }
}
