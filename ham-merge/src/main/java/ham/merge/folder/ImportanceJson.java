package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.join.Importance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Importance in records: a number under its key ({@code alpha}, {@code group_alphas}), which is the mean where weights have numbers of their
 * own; those stand beside it under another ({@code layer_alphas}, {@code group_layer_alphas}), which is left out where one number is for all.
 */
final class ImportanceJson {
    /** How far a mean in a file may be from that of the numbers beside it, as a fraction of the largest. */
    private static final double ROUNDING = 1e-9;

    private ImportanceJson() {}

    /** Writes one. */
    static void put(ObjectNode json, String key, String layersKey, Importance importance) {
        json.put(key, importance.mean());
        if (importance.isPerLayer()) {
            json.set(layersKey, JsonFiles.tree(importance.layers()));
        }
    }

    /** Writes a list; an entry that is one number for all weights has no layers. */
    static void putAll(ObjectNode json, String key, String layersKey, List<Importance> all) {
        json.set(key, JsonFiles.tree(all.stream().map(Importance::mean).toList()));
        if (all.stream().anyMatch(Importance::isPerLayer)) {
            json.set(
                    layersKey,
                    JsonFiles.tree(all.stream().map(Importance::layers).toList()));
        }
    }

    /**
     * Reads one.
     *
     * @param where what names it in messages, with the file
     * @throws InputException when a number is none or not finite, or is not the mean of those of the layers
     */
    static Importance read(Path file, String where, JsonNode number, JsonNode layers) {
        double mean = number(file, where, number);
        if (layers.isMissingNode() || layers.isNull()) {
            return Importance.of(mean);
        }
        if (!layers.isObject()) {
            throw wrong(file, where, "an object of a number for every layer", layers);
        }
        if (layers.isEmpty()) {
            return Importance.of(mean);
        }
        SortedMap<String, Double> numbers = new TreeMap<>();
        layers.properties()
                .forEach(each -> numbers.put(
                        each.getKey(), number(file, where + ", layer '" + each.getKey() + "'", each.getValue())));
        Importance read = Importance.perLayer(numbers);
        double largest = numbers.values().stream().mapToDouble(Math::abs).max().orElse(0);
        if (Math.abs(read.mean() - mean) > ROUNDING * largest) {
            throw wrong(
                    file,
                    where,
                    "the mean " + read.mean() + " of its layers' numbers (leave those out to give all layers one)",
                    number);
        }
        return read;
    }

    /**
     * Reads a list.
     *
     * @throws InputException as {@link #read}, and when there are layers for more or fewer entries
     */
    static List<Importance> readAll(Path file, String where, JsonNode numbers, JsonNode layers) {
        if (!numbers.isMissingNode() && !numbers.isNull() && !numbers.isArray()) {
            throw wrong(file, where, "a list", numbers);
        }
        boolean shared = layers.isMissingNode() || layers.isNull();
        if (!shared && (!layers.isArray() || layers.size() != numbers.size())) {
            throw wrong(file, where, "layers for each of the " + numbers.size() + " numbers", layers);
        }
        List<Importance> all = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            all.add(read(file, where, numbers.path(i), layers.path(i)));
        }
        return List.copyOf(all);
    }

    private static double number(Path file, String where, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw wrong(file, where, "finite numbers", node);
        }
        return node.doubleValue();
    }

    private static InputException wrong(Path file, String where, String expected, JsonNode found) {
        return new InputException(
                file, where + ": expected " + expected + ", found " + (found.isMissingNode() ? "none" : found));
    }
}
