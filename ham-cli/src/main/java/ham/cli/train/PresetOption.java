package ham.cli.train;

import ham.cli.console.Usage;
import ham.train.config.Preset;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code --preset}: the setting that a run, or every run of an experiment, begins with. */
public final class PresetOption {
    @Option(
            names = "--preset",
            paramLabel = "NAME|FILE",
            description =
                    "Begin with a setting of the field: paper, b0-inc10, b0-inc5, b50-inc10; or far, for few images far from pre-training; or a JSON file with the keys of"
                            + " LAMDA-PILOT (init_cls, increment, tuned_epoch, ...); options that are given beside it count.")
    private String name;

    /** Whether one is named. */
    boolean isNamed() {
        return name != null;
    }

    /** The preset that is named, if any. */
    public Optional<Preset> preset(CommandSpec spec) {
        return Optional.ofNullable(name).map(given -> Usage.check(spec, () -> Preset.read(given)));
    }
}
