package ham.merge.compare;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeSet;

/** What "similar" means when an adapter is compared with a group. */
public enum Measure {
    /** Cosine of all deltas as one vector (METHOD: similarity). Weights with large deltas count most. */
    COSINE {
        @Override
        public double of(
                SortedMap<String, Double> products,
                SortedMap<String, Double> groupNorms,
                SortedMap<String, Double> adapterNorms) {
            return Similarity.cosine(
                    Similarity.total(products), Similarity.total(groupNorms), Similarity.total(adapterNorms));
        }
    },
    /** Mean over the weights that either changes of the cosine at that weight: every weight counts the same. */
    LAYER_COSINE {
        @Override
        public double of(
                SortedMap<String, Double> products,
                SortedMap<String, Double> groupNorms,
                SortedMap<String, Double> adapterNorms) {
            TreeSet<String> weights = new TreeSet<>(groupNorms.keySet());
            weights.addAll(adapterNorms.keySet());
            double sum = 0;
            for (String weight : weights) {
                sum += Similarity.cosine(
                        products.getOrDefault(weight, 0.0),
                        groupNorms.getOrDefault(weight, 0.0),
                        adapterNorms.getOrDefault(weight, 0.0));
            }
            return sum / weights.size();
        }
    };

    /** The name that options and records use: {@code cosine}, {@code layer-cosine}. */
    @JsonValue
    public String optionName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The similarity from inner products and squared norms a weight.
     *
     * @param products of the two deltas, at every weight that both change
     * @param groupNorms squared norms of the group's delta
     * @param adapterNorms squared norms of the adapter's pruned delta
     */
    public abstract double of(
            SortedMap<String, Double> products,
            SortedMap<String, Double> groupNorms,
            SortedMap<String, Double> adapterNorms);
}
