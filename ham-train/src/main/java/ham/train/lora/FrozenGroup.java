package ham.train.lora;

import ham.merge.tensor.Matrix;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A group of earlier adapters: it acts in the forward pass, and of it only the scalar is trained.
 *
 * @param alpha its importance scalar as it stands
 * @param deltas weight name to dense [out, in]; a layer that is not there has a zero delta
 */
public record FrozenGroup(double alpha, SortedMap<String, Matrix> deltas) {
    public FrozenGroup {
        deltas = Collections.unmodifiableSortedMap(new TreeMap<>(deltas));
    }
}
