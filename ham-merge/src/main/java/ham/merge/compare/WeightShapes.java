package ham.merge.compare;

import ham.merge.InputException;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The shapes of what a set of adapters changes.
 *
 * @param outputs rows of a weight's delta
 * @param inputs columns of a weight's delta
 * @param rank sum of the ranks of all adapters at the weight
 * @param adapters how many change it
 */
public record WeightShapes(int outputs, int inputs, int rank, int adapters) {
    /**
     * Every weight that any adapter changes.
     *
     * @throws InputException when two adapters change a weight or a bias of different shapes
     */
    public static SortedMap<String, WeightShapes> of(List<? extends AdapterSource> adapters) {
        SortedMap<String, WeightShapes> shapes = new TreeMap<>();
        SortedMap<String, Integer> biases = new TreeMap<>();
        for (AdapterSource adapter : adapters) {
            add(adapter, shapes);
            adapter.biases().forEach((bias, change) -> requireLength(adapter, bias, change, biases));
        }
        return Collections.unmodifiableSortedMap(shapes);
    }

    /**
     * Takes one more adapter's weights into shapes; an error leaves some of them taken in.
     *
     * @throws InputException when it changes a weight of another shape
     */
    public static void add(AdapterSource adapter, SortedMap<String, WeightShapes> shapes) {
        adapter.layers()
                .forEach((weight, layer) -> shapes.merge(
                        weight,
                        new WeightShapes(layer.outputs(), layer.inputs(), layer.rank(), 1),
                        (known, added) -> known.and(adapter, weight, layer)));
    }

    private WeightShapes and(AdapterSource adapter, String weight, LayerShape layer) {
        if (outputs != layer.outputs() || inputs != layer.inputs()) {
            throw new InputException("adapter " + adapter.name() + ", weight " + weight + ": expected the delta ["
                    + outputs + ", " + inputs + "] of the adapters before it, found [" + layer.outputs() + ", "
                    + layer.inputs() + "]; these adapters have different bases");
        }
        return new WeightShapes(outputs, inputs, Math.addExact(rank, layer.rank()), adapters + 1);
    }

    private static void requireLength(
            AdapterSource adapter, String bias, BiasChange change, SortedMap<String, Integer> lengths) {
        Integer known = lengths.putIfAbsent(bias, change.values().length);
        if (known != null && known != change.values().length) {
            throw new InputException("adapter " + adapter.name() + ", bias " + bias + ": expected the length " + known
                    + " of the adapters before it, found " + change.values().length
                    + "; these adapters have different bases");
        }
    }
}
