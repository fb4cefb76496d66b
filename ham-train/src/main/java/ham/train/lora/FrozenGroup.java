package ham.train.lora;

import ham.merge.join.Importance;
import ham.merge.tensor.Matrix;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A group of earlier adapters: it acts in the forward pass, and of it only the scalars are trained.
 *
 * @param alpha its importance as it stands; with {@link ScalarScope#SHARED} its mean counts
 * @param deltas weight name to dense [out, in]; a layer that is not there has a zero delta
 */
public record FrozenGroup(Importance alpha, SortedMap<String, Matrix> deltas) {
    public FrozenGroup {
        deltas = Collections.unmodifiableSortedMap(new TreeMap<>(deltas));
    }

    /** A group with one scalar. */
    public FrozenGroup(double alpha, SortedMap<String, Matrix> deltas) {
        this(Importance.of(alpha), deltas);
    }
}
