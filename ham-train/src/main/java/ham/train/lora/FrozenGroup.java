package ham.train.lora;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.join.Importance;
import ham.merge.tensor.Matrix;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A group of earlier adapters: it acts in the forward pass, and of it only the scalars are trained. A layer that it does not name has a zero
 * delta.
 *
 * @param alpha its importance as it stands; with {@link ScalarScope#SHARED} its mean counts
 * @param deltas weight name to dense [out, in]; empty where the group is one pair of factors a layer
 * @param factors weight name to the layer's pair, which takes a small part of the dense delta's memory; empty where the group is dense
 */
public record FrozenGroup(Importance alpha, SortedMap<String, Matrix> deltas, SortedMap<String, LoraFactors> factors) {
    public FrozenGroup {
        deltas = Collections.unmodifiableSortedMap(new TreeMap<>(deltas));
        factors = Collections.unmodifiableSortedMap(new TreeMap<>(factors));
        if (!deltas.isEmpty() && !factors.isEmpty()) {
            throw new IllegalArgumentException("a group is dense or factored, not both");
        }
    }

    /** A group of dense deltas. */
    public FrozenGroup(Importance alpha, SortedMap<String, Matrix> deltas) {
        this(alpha, deltas, new TreeMap<>());
    }

    /** A group of dense deltas with one scalar. */
    public FrozenGroup(double alpha, SortedMap<String, Matrix> deltas) {
        this(Importance.of(alpha), deltas);
    }

    /** A group that is one adapter. */
    public static FrozenGroup of(Importance alpha, SortedMap<String, LoraFactors> factors) {
        return new FrozenGroup(alpha, new TreeMap<>(), factors);
    }

    /** Names of the weights that it changes. */
    public Set<String> names() {
        return factors.isEmpty() ? deltas.keySet() : factors.keySet();
    }

    /** Its dense deltas with these scalars. */
    public SortedMap<String, Matrix> scaled(Importance scalar) {
        SortedMap<String, Matrix> scaled = new TreeMap<>();
        for (Map.Entry<String, Matrix> each : deltas.entrySet()) {
            scaled.put(each.getKey(), scaled(each.getValue(), scalar.at(each.getKey())));
        }
        factors.forEach((name, pair) -> scaled.put(name, Deltas.sum(List.of(new Branch(scalar.at(name), pair)))));
        return scaled;
    }

    /** The dense delta of a weight; null where it does not change it. */
    Matrix dense(String name) {
        LoraFactors pair = factors.get(name);
        return pair == null ? deltas.get(name) : Deltas.sum(List.of(new Branch(1, pair)));
    }

    private static Matrix scaled(Matrix matrix, double factor) {
        Matrix scaled = Matrix.zeros(matrix.rows(), matrix.columns());
        for (int i = 0; i < scaled.data().length; i++) {
            scaled.data()[i] = (float) (factor * matrix.data()[i]);
        }
        return scaled;
    }
}
