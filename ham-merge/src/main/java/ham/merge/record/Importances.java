package ham.merge.record;

import ham.merge.InputException;
import ham.merge.join.Importance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Importance in records: a number under its key ({@code alpha}, {@code group_alphas}), which is the mean where weights have numbers of their
 * own; those stand beside it under another ({@code layer_alphas}, {@code group_layer_alphas}), which is left out where one number is for all.
 */
public final class Importances {
    /** How far a mean in a file may be from that of the numbers beside it, as a fraction of the largest. */
    private static final double ROUNDING = 1e-9;

    private Importances() {}

    /** The numbers of the weights, null where one number is for all. */
    public static Map<String, Double> layers(Importance importance) {
        return importance.isPerLayer() ? importance.layers() : null;
    }

    public static List<Double> means(List<Importance> all) {
        return all.stream().map(Importance::mean).toList();
    }

    /** The numbers of the weights of each, empty for one that has none; null where none has any. */
    public static List<Map<String, Double>> allLayers(List<Importance> all) {
        return all.stream().anyMatch(Importance::isPerLayer)
                ? all.stream().<Map<String, Double>>map(Importance::layers).toList()
                : null;
    }

    /**
     * Reads one.
     *
     * @param where what names it in messages, with the file
     * @throws InputException when a number is none or not finite, or is not the mean of those of the layers
     */
    public static Importance read(Path file, String where, Double number, Map<String, Double> layers) {
        double mean = finite(file, where, number);
        if (layers == null || layers.isEmpty()) {
            return Importance.of(mean);
        }
        SortedMap<String, Double> numbers = new TreeMap<>();
        layers.forEach((layer, each) -> numbers.put(layer, finite(file, where + ", layer '" + layer + "'", each)));
        Importance read = Importance.perLayer(numbers);
        double largest = numbers.values().stream().mapToDouble(Math::abs).max().orElse(0);
        if (Math.abs(read.mean() - mean) > ROUNDING * largest) {
            throw new InputException(
                    file,
                    where + ": expected the mean " + read.mean()
                            + " of its layers' numbers (leave those out to give all layers one), found " + number);
        }
        return read;
    }

    /**
     * Reads a list.
     *
     * @throws InputException as {@link #read}, and when there are layers for more or fewer entries
     */
    public static List<Importance> readAll(
            Path file, String where, List<Double> numbers, List<Map<String, Double>> layers) {
        List<Double> given = numbers == null ? List.of() : numbers;
        if (layers != null && layers.size() != given.size()) {
            throw new InputException(
                    file,
                    where + ": expected layers for each of the " + given.size() + " numbers, found them for "
                            + layers.size());
        }
        List<Importance> all = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            all.add(read(file, where, given.get(i), layers == null ? Collections.emptyMap() : layers.get(i)));
        }
        return List.copyOf(all);
    }

    private static double finite(Path file, String where, Double number) {
        if (number == null || !Double.isFinite(number)) {
            throw new InputException(
                    file, where + ": expected finite numbers, found " + (number == null ? "none" : number));
        }
        return number;
    }
}
