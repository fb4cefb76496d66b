package ham.merge.adapter;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A LoRA adapter in memory.
 *
 * @param name what the adapter is called in records and messages
 * @param factors name of the adapted weight (as {@code …query.weight}) to its factors
 * @param biases name of a changed bias to its change
 */
public record LoraAdapter(String name, SortedMap<String, LoraFactors> factors, SortedMap<String, BiasChange> biases)
        implements AdapterSource {
    public LoraAdapter {
        factors = Collections.unmodifiableSortedMap(new TreeMap<>(factors));
        biases = Collections.unmodifiableSortedMap(new TreeMap<>(biases));
    }

    /** An adapter that changes no bias. */
    public LoraAdapter(String name, SortedMap<String, LoraFactors> factors) {
        this(name, factors, new TreeMap<>());
    }

    /** Everything that {@code source} holds, read into memory. */
    public static LoraAdapter load(AdapterSource source) {
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        source.layers().keySet().forEach(weight -> factors.put(weight, source.factors(weight)));
        return new LoraAdapter(source.name(), factors, source.biases());
    }

    @Override
    public SortedMap<String, LayerShape> layers() {
        SortedMap<String, LayerShape> layers = new TreeMap<>();
        factors.forEach((weight, each) -> layers.put(weight, each.shape()));
        return layers;
    }

    @Override
    public LoraFactors factors(String weight) {
        LoraFactors found = factors.get(weight);
        if (found == null) {
            throw new IllegalArgumentException(name + " does not adapt " + weight);
        }
        return found;
    }
}
