package ham.merge.adapter;

import ham.merge.gram.InputGram;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A LoRA adapter in memory.
 *
 * @param name what the adapter is called in records and messages
 * @param factors name of the adapted weight (as {@code …query.weight}) to its factors
 * @param biases name of a changed bias to its change
 * @param grams name of an adapted weight to what its inputs are like; empty where nobody measured
 */
public record LoraAdapter(
        String name,
        SortedMap<String, LoraFactors> factors,
        SortedMap<String, BiasChange> biases,
        SortedMap<String, InputGram> grams)
        implements AdapterSource {
    public LoraAdapter {
        factors = Collections.unmodifiableSortedMap(new TreeMap<>(factors));
        biases = Collections.unmodifiableSortedMap(new TreeMap<>(biases));
        grams = Collections.unmodifiableSortedMap(new TreeMap<>(grams));
    }

    /** An adapter of whose inputs nothing is known. */
    public LoraAdapter(String name, SortedMap<String, LoraFactors> factors, SortedMap<String, BiasChange> biases) {
        this(name, factors, biases, new TreeMap<>());
    }

    /** The same with what its inputs are like. */
    public LoraAdapter withGrams(SortedMap<String, InputGram> inputs) {
        return new LoraAdapter(name, factors, biases, inputs);
    }

    @Override
    public boolean hasGrams() {
        return grams.keySet().containsAll(factors.keySet());
    }

    @Override
    public Optional<InputGram> gram(String weight) {
        return Optional.ofNullable(grams.get(weight));
    }

    /** An adapter that changes no bias. */
    public LoraAdapter(String name, SortedMap<String, LoraFactors> factors) {
        this(name, factors, new TreeMap<>());
    }

    /** Everything that {@code source} holds, read into memory. */
    public static LoraAdapter load(AdapterSource source) {
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        source.layers().keySet().forEach(weight -> factors.put(weight, source.factors(weight)));
        SortedMap<String, InputGram> grams = new TreeMap<>();
        factors.keySet().forEach(weight -> source.gram(weight).ifPresent(gram -> grams.put(weight, gram)));
        return new LoraAdapter(source.name(), factors, source.biases(), grams);
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
