package ham.merge.adapter;

import ham.merge.gram.InputGram;
import ham.merge.tensor.Matrix;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;

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

    /**
     * The factors of one weight where the weight that they are added to is at hand.
     *
     * @param base reads that weight [out, in]
     * @throws ham.merge.InputException as {@link #factors(String)}
     */
    default LoraFactors factors(String weight, Supplier<Matrix> base) {
        return factors(weight);
    }

    /** What the adapter is when its deltas need the base (DoRA), so that {@link #factors(String)} gives none; empty when they do not. */
    default Optional<String> needsBase() {
        return Optional.empty();
    }

    /** What the model that the adapter was trained in calls a weight, which may be another name than the base has. */
    default String ownName(String weight) {
        return weight;
    }

    /** Whether the base stores the adapted weights as [in, out] (PEFT's {@code fan_in_fan_out}); deltas have the shape of what is stored. */
    default boolean fanInFanOut() {
        return false;
    }

    /** Whether the adapter left Gram matrices of its layers' inputs. */
    default boolean hasGrams() {
        return false;
    }

    /**
     * What the inputs of a weight are like on the task's images; empty where nobody measured.
     *
     * @throws ham.merge.InputException when it cannot be read
     */
    default Optional<InputGram> gram(String weight) {
        return Optional.empty();
    }

    /** Name of every changed bias (as {@code …query.bias}) or norm's weight to its change; never pruned and no part of a similarity. */
    SortedMap<String, BiasChange> biases();
}
