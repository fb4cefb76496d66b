package ham.train.lora;

import ham.merge.tensor.Matrix;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A group of earlier adapters: it acts in the forward pass, and of it only the scalars are trained.
 *
 * @param alpha its importance scalar as it stands
 * @param deltas weight name to dense [out, in]; a layer that is not there has a zero delta
 * @param layerAlphas weight name to the layer's own scalar, which stands in for {@code alpha} with {@link ScalarScope#PER_LAYER};
 *     a layer that is not there has {@code alpha}
 */
public record FrozenGroup(double alpha, SortedMap<String, Matrix> deltas, SortedMap<String, Double> layerAlphas) {
    public FrozenGroup {
        deltas = Collections.unmodifiableSortedMap(new TreeMap<>(deltas));
        layerAlphas = Collections.unmodifiableSortedMap(new TreeMap<>(layerAlphas));
    }

    /** A group with one scalar. */
    public FrozenGroup(double alpha, SortedMap<String, Matrix> deltas) {
        this(alpha, deltas, Collections.emptySortedMap());
    }

    /** The scalar of one layer. */
    double alpha(String weight) {
        return layerAlphas.getOrDefault(weight, alpha);
    }
}
