package ham.merge.adapter;

import java.util.SortedMap;

/** An adapter whose tensors are read when they are asked for, so that a thousand adapters need not fit in memory. Safe for use by several threads. */
public interface AdapterSource {
    /** What the adapter is called in records and messages. */
    String name();

    /** Name of every adapted weight (as {@code …query.weight}) to the shape of its factors; reads no tensor. */
    SortedMap<String, LayerShape> layers();

    /**
     * The factors of one weight, float32.
     *
     * @throws IllegalArgumentException when the adapter does not adapt {@code weight}
     * @throws ham.merge.InputException when the tensors cannot be read or hold NaN or infinity
     */
    LoraFactors factors(String weight);

    /** Whether the base stores the adapted weights as [in, out] (PEFT's {@code fan_in_fan_out}); deltas have the shape of what is stored. */
    default boolean fanInFanOut() {
        return false;
    }

    /** Name of every changed bias (as {@code …query.bias}) to its change; never pruned and no part of a similarity. */
    SortedMap<String, BiasChange> biases();
}
