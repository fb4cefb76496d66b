package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.train.vit.VitForward;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** The linear weights of a ViT with deltas added, once. */
final class EffectiveWeights {
    private EffectiveWeights() {}

    /**
     * Weights in the order of {@link VitForward#linearNames()}; those without a delta are the model's own arrays.
     *
     * @param manager to which the sums belong
     * @throws InputException if a delta does not fit the model
     */
    static List<NDArray> of(VitForward vit, NDManager manager, SortedMap<String, Matrix> deltas) {
        List<NDArray> weights = new ArrayList<>();
        for (String name : vit.linearNames()) {
            Matrix delta = deltas.get(name);
            weights.add(delta == null ? vit.weight(name) : sum(vit.weight(name), name, delta, manager));
        }
        return weights;
    }

    private static NDArray sum(NDArray base, String name, Matrix delta, NDManager manager) {
        Shape shape = new Shape(delta.rows(), delta.columns());
        if (!base.getShape().equals(shape)) {
            throw new InputException(name + ": expected a delta " + base.getShape() + ", found " + shape
                    + "; use adapters of this base");
        }
        NDArray sum = manager.create(delta.data(), shape);
        sum.addi(base);
        return sum;
    }
}
