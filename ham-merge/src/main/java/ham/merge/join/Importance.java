package ham.merge.join;

import ham.merge.adapter.BiasChange;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * How much an adapter or a group counts: one number for all weights, or one a weight (METHOD: per-layer scalars).
 *
 * @param mean the one number, or the mean of those of the weights, from which it is computed
 * @param layers weight name to its own number; empty when one number is for all
 */
public record Importance(double mean, SortedMap<String, Double> layers) {
    /** One for all weights. */
    public static final Importance ONE = of(1);

    public Importance {
        layers = Collections.unmodifiableSortedMap(new TreeMap<>(layers));
        mean = layers.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(mean);
    }

    /** One number for all weights. */
    public static Importance of(double shared) {
        return new Importance(shared, Collections.emptySortedMap());
    }

    /** For each adapter or group one number for all weights. */
    public static List<Importance> each(List<Double> shared) {
        return shared.stream().map(Importance::of).toList();
    }

    /**
     * A number a weight.
     *
     * @param layers at least one
     */
    public static Importance perLayer(Map<String, Double> layers) {
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("expected at least one weight");
        }
        return new Importance(0, new TreeMap<>(layers));
    }

    /** Whether weights have numbers of their own. */
    public boolean isPerLayer() {
        return !layers.isEmpty();
    }

    /** The number of one weight; the mean for a weight without one. */
    public double at(String weight) {
        return layers.isEmpty() ? mean : layers.getOrDefault(weight, mean);
    }

    /** The number of a bias, which is that of the weight beside it. */
    public double atBias(String bias) {
        return at(BiasChange.weightBeside(bias));
    }

    /** Whether a condition holds at every weight. */
    public boolean all(DoublePredicate condition) {
        return condition.test(mean) && layers.values().stream().allMatch(condition::test);
    }

    /** The same for some of its weights only. */
    public Importance only(Set<String> weights) {
        return new Importance(
                mean,
                layers.entrySet().stream()
                        .filter(entry -> weights.contains(entry.getKey()))
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, Map.Entry::getValue, (first, second) -> first, TreeMap::new)));
    }

    /** The same under other names of the weights. */
    public Importance renamed(UnaryOperator<String> name) {
        SortedMap<String, Double> renamed = new TreeMap<>();
        layers.forEach((weight, value) -> renamed.put(name.apply(weight), value));
        return new Importance(mean, renamed);
    }

    /**
     * Computes weight by weight; one number for all weights where all parts are that.
     *
     * @param rule takes the parts' numbers, in their order
     */
    public static Importance combine(List<Importance> parts, ToDoubleFunction<double[]> rule) {
        Set<String> weights = new TreeSet<>();
        parts.forEach(part -> weights.addAll(part.layers.keySet()));
        SortedMap<String, Double> combined = new TreeMap<>();
        for (String weight : weights) {
            combined.put(
                    weight,
                    rule.applyAsDouble(
                            parts.stream().mapToDouble(part -> part.at(weight)).toArray()));
        }
        double shared =
                rule.applyAsDouble(parts.stream().mapToDouble(Importance::mean).toArray());
        return new Importance(shared, combined);
    }

    /** Weight by weight the product. */
    public Importance times(Importance other) {
        return combine(List.of(this, other), numbers -> numbers[0] * numbers[1]);
    }

    /** Weight by weight the quotient. */
    public Importance over(Importance other) {
        return combine(List.of(this, other), numbers -> numbers[0] / numbers[1]);
    }

    /** Weight by weight the sum, added in the order given. */
    public static Importance sum(List<Importance> parts) {
        return combine(parts, numbers -> {
            double sum = 0;
            for (double number : numbers) {
                sum += number;
            }
            return sum;
        });
    }
}
