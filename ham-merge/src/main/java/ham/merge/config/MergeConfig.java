package ham.merge.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.folder.SettingsJson;
import ham.merge.io.JsonRecords;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.record.MergeMode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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

    /** The keys of a file. */
    private record Content(
            MergeMethod method,
            MergeMode mode,
            ObjectNode parameters,
            List<SettingsJson.Layer> layers,
            String base,
            List<Entry> adapters) {}

    /** The keys of an adapter. */
    private record Entry(String path, String name, Double alpha, Double weight) {}

    /**
     * Reads a file; relative paths in it start at its own folder.
     *
     * @throws InputException when it is missing, no YAML, or has a key twice, an unknown key or a value of another type
     */
    public static MergeConfig read(Path file) {
        Content content = JsonRecords.readStrictly(file, "", YamlFile.read(file), Content.class);
        MergeChoices choices =
                content.parameters() == null ? new MergeChoices() : SettingsJson.choices(file, content.parameters());
        List<Entry> entries = content.adapters() == null ? List.of() : content.adapters();
        return new MergeConfig(
                file,
                Optional.ofNullable(content.method()),
                Optional.ofNullable(content.mode()),
                content.layers() == null
                        ? choices
                        : choices.layers(SettingsJson.rules(file, "layers", content.layers())),
                Optional.ofNullable(content.base()).map(base -> path(file, "base", base)),
                IntStream.range(0, entries.size())
                        .mapToObj(i -> adapter(file, "adapters[" + i + "].path", entries.get(i)))
                        .toList());
    }

    private static Adapter adapter(Path file, String key, Entry entry) {
        if (entry.path() == null) {
            throw new InputException(file, key + ": expected a value, found none");
        }
        return new Adapter(
                path(file, key, entry.path()),
                Optional.ofNullable(entry.name()),
                Optional.ofNullable(entry.alpha()),
                Optional.ofNullable(entry.weight()));
    }

    private static Path path(Path file, String key, String text) {
        try {
            return file.resolveSibling(text).normalize();
        } catch (InvalidPathException e) {
            throw new InputException(file, key + ": expected a path, found '" + text + "'", e);
        }
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
