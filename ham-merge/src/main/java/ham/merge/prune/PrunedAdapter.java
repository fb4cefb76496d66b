package ham.merge.prune;

import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.gram.InputGram;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** An adapter whose factors are pruned when they are read; what pruning found out is remembered, so that reading again is cheap. */
public final class PrunedAdapter implements AdapterSource {
    private final AdapterSource source;
    private final Function<String, BigDecimal> keep;
    private final Map<String, Thresholds> thresholds = new ConcurrentHashMap<>();

    private record Thresholds(Threshold a, Threshold b) {}

    /**
     * Prunes {@code source}.
     *
     * @param keep the fraction that is kept of A and of B at a weight
     */
    public PrunedAdapter(AdapterSource source, Function<String, BigDecimal> keep) {
        this.source = source;
        this.keep = keep;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public SortedMap<String, LayerShape> layers() {
        return source.layers();
    }

    @Override
    public LoraFactors factors(String weight) {
        LoraFactors factors = source.factors(weight);
        Thresholds found = thresholds.computeIfAbsent(
                weight,
                key -> new Thresholds(
                        threshold(factors.a(), keep.apply(weight)), threshold(factors.b(), keep.apply(weight))));
        return new LoraFactors(found.a().prune(factors.a()), found.b().prune(factors.b()), factors.scaling());
    }

    private static Threshold threshold(Matrix matrix, BigDecimal keep) {
        int count = matrix.data().length;
        return Threshold.of(matrix.data(), Threshold.kept(keep, count));
    }

    @Override
    public boolean hasGrams() {
        return source.hasGrams();
    }

    @Override
    public Optional<InputGram> gram(String weight) {
        return source.gram(weight);
    }

    @Override
    public SortedMap<String, BiasChange> biases() {
        return source.biases();
    }
}
