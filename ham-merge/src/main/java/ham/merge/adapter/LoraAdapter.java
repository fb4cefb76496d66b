package ham.merge.adapter;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A LoRA adapter.
 *
 * @param name what the adapter is called in records and messages
 * @param factors name of the adapted weight (as {@code …query.weight}) to its factors
 */
public record LoraAdapter(String name, SortedMap<String, LoraFactors> factors) {
    public LoraAdapter {
        factors = Collections.unmodifiableSortedMap(new TreeMap<>(factors));
    }
}
