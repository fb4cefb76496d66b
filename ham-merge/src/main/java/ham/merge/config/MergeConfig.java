package ham.merge.config;

import ham.merge.InputException;
import ham.merge.folder.MergeMode;
import ham.merge.folder.SettingsJson;
import ham.merge.io.Fields;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A merge as a file describes it; what it does not say is empty.
 *
 * @param file where it was read
 * @param method how to merge
 * @param mode how the adapters came about
 * @param choices parameters and rules for layers
 * @param base checkpoint to merge onto
 * @param adapters what to merge, in order
 */
public record MergeConfig(
        Path file,
        Optional<MergeMethod> method,
        Optional<MergeMode> mode,
        MergeChoices choices,
        Optional<Path> base,
        List<Adapter> adapters) {
    public MergeConfig {
        adapters = List.copyOf(adapters);
    }

    /**
     * One adapter.
     *
     * @param path its folder
     * @param name what it is called in place of the folder's name
     * @param alpha its importance, for ham
     * @param weight its weight, for other methods
     */
    public record Adapter(Path path, Optional<String> name, Optional<Double> alpha, Optional<Double> weight) {
        /** Alpha or weight, whichever the file may and does say. */
        public Optional<Double> importance() {
            return alpha.or(() -> weight);
        }
    }

    /** A description that says nothing. */
    public static MergeConfig empty() {
        return new MergeConfig(
                Path.of(""), Optional.empty(), Optional.empty(), new MergeChoices(), Optional.empty(), List.of());
    }

    /**
     * Reads a file; relative paths in it start at its own folder.
     *
     * @throws InputException when it is missing, no YAML, or has a key twice, an unknown key or a value of another type
     */
    public static MergeConfig read(Path file) {
        Fields fields = new Fields(file, YamlFile.read(file));
        MergeConfig config = new MergeConfig(
                file,
                fields.choice("method", MergeMethod.values(), MergeMethod::optionName),
                fields.choice("mode", MergeMode.values(), MergeMode::optionName),
                SettingsJson.choices(fields.object("parameters")).layers(SettingsJson.layers(fields)),
                path(file, fields, "base"),
                fields.objects("adapters").stream()
                        .map(each -> adapter(file, each))
                        .toList());
        fields.requireNothingElse();
        return config;
    }

    private static Adapter adapter(Path file, Fields fields) {
        Optional<Path> path = path(file, fields, "path");
        Adapter adapter = new Adapter(
                fields.required("path", path), fields.text("name"), fields.number("alpha"), fields.number("weight"));
        fields.requireNothingElse();
        return adapter;
    }

    private static Optional<Path> path(Path file, Fields fields, String key) {
        return fields.text(key).map(text -> {
            try {
                return file.resolveSibling(text).normalize();
            } catch (java.nio.file.InvalidPathException e) {
                throw fields.wrong(key, "expected a path, found '" + text + "'", e);
            }
        });
    }

    /**
     * Checks the file against the method that is used.
     *
     * @throws InputException when a parameter is out of its range or the method does not use it, or an adapter has a weight for ham or an
     *     alpha for another method
     */
    public void check(MergeMethod used) {
        try {
            choices.settings(used);
        } catch (InputException e) {
            throw new InputException(file, e.getMessage(), e);
        }
        boolean ham = used == MergeMethod.HAM;
        for (int i = 0; i < adapters.size(); i++) {
            if (ham
                    ? adapters.get(i).weight().isPresent()
                    : adapters.get(i).alpha().isPresent()) {
                throw new InputException(
                        file,
                        "adapters[" + i + "]: expected " + (ham ? "alpha" : "weight") + " with the method "
                                + used.optionName() + ", found " + (ham ? "weight" : "alpha"));
            }
        }
    }
}
