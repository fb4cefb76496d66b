package ham.merge.folder;

import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.gram.InputGram;
import ham.merge.tensor.Matrix;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * An adapter under the names of a base, its tensors still where they were.
 *
 * @param adapter under its own names
 * @param ownNames name of a weight in the base to the adapter's own
 * @param layers under the names of the base
 * @param biases under the names of the base, each a delta
 * @param base gives the weight of a name, for adapters whose deltas need it
 */
record BasedAdapter(
        AdapterSource adapter,
        SortedMap<String, String> ownNames,
        SortedMap<String, LayerShape> layers,
        SortedMap<String, BiasChange> biases,
        Function<String, Matrix> base)
        implements AdapterSource {
    @Override
    public String name() {
        return adapter.name();
    }

    @Override
    public String ownName(String weight) {
        return adapter.ownName(ownNames.getOrDefault(weight, weight));
    }

    @Override
    public LoraFactors factors(String weight) {
        String own = ownNames.get(weight);
        if (own == null) {
            throw new IllegalArgumentException(name() + " does not adapt " + weight);
        }
        return adapter.factors(own, () -> base.apply(weight));
    }

    @Override
    public boolean hasGrams() {
        return adapter.hasGrams();
    }

    @Override
    public Optional<InputGram> gram(String weight) {
        return adapter.gram(ownNames.getOrDefault(weight, weight));
    }
}
