package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchScript;
import ham.train.vit.VitForward;
import ham.train.vit.VitScript;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** A ViT or a part of it with fixed deltas, in float32 and without gradients. */
final class FixedNetwork implements AutoCloseable {
    private final VitForward vit;
    private final NDManager manager;
    private final TorchScript program;
    /** Weights of the linear layers in the order of {@link VitForward#linearNames()}, effective ones where there are deltas. */
    private final List<NDArray> weights = new ArrayList<>();

    /**
     * Adds deltas to the base weights, once.
     *
     * @param deltas weight name to [out, in]; empty for the frozen backbone
     * @param input name of the tensor that goes in
     * @param body lines of TorchScript from it, {@code fixed} and {@code w} to a list of tensors, indented by two
     * @throws InputException if a delta does not fit the model
     */
    FixedNetwork(VitForward vit, SortedMap<String, Matrix> deltas, String input, String body) {
        this.vit = vit;
        manager = vit.engine().newManager();
        for (String name : vit.linearNames()) {
            Matrix delta = deltas.get(name);
            weights.add(delta == null ? vit.weight(name) : sum(vit.weight(name), name, delta));
        }
        program = new TorchScript(
                vit.engine(),
                VitScript.FUNCTIONS,
                "forward(" + input + ": Tensor, fixed: List[Tensor], w: List[Tensor]) -> List[Tensor]:\n" + body);
    }

    private NDArray sum(NDArray base, String name, Matrix delta) {
        Shape shape = new Shape(delta.rows(), delta.columns());
        if (!base.getShape().equals(shape)) {
            throw new InputException(name + ": expected a delta " + base.getShape() + ", found " + shape
                    + "; use adapters of this base");
        }
        NDArray sum = manager.create(delta.data(), shape);
        sum.addi(base);
        return sum;
    }

    /** A manager for what one call needs. */
    NDManager newBatch() {
        return manager.newSubManager();
    }

    /** What the program gives; it belongs to {@code batch}. */
    NDList call(NDManager batch, NDArray input) {
        return program.call(false, batch, List.of(input), vit.fixed(), weights);
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
