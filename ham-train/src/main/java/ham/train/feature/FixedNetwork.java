package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.train.backbone.Backbone;
import ham.train.engine.TorchScript;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** A network or a part of it with fixed deltas, in float32 and without gradients. */
final class FixedNetwork implements AutoCloseable {
    private final Backbone backbone;
    private final NDManager manager;
    private final TorchScript program;
    /** Weights of the linear layers in the order of {@link Backbone#linearNames()}, effective ones where there are deltas. */
    private final List<NDArray> weights = new ArrayList<>();

    /**
     * Adds deltas to the base weights, once.
     *
     * @param deltas weight name to [out, in]; empty for the frozen backbone
     * @param functions definitions that the body calls
     * @param inputs names of the tensors that go in
     * @param body lines of TorchScript from them, {@code fixed} and {@code w} to a list of tensors, indented by two
     * @throws InputException if a delta does not fit the model
     */
    FixedNetwork(
            Backbone backbone, SortedMap<String, Matrix> deltas, String functions, List<String> inputs, String body) {
        this.backbone = backbone;
        manager = backbone.engine().newManager();
        for (String name : backbone.linearNames()) {
            Matrix delta = deltas.get(name);
            weights.add(delta == null ? backbone.weight(name) : sum(backbone.weight(name), name, delta));
        }
        program = new TorchScript(
                backbone.engine(),
                backbone.engine().fixedProduct() + functions,
                "forward(" + String.join(": Tensor, ", inputs)
                        + ": Tensor, fixed: List[Tensor], w: List[Tensor]) -> List[Tensor]:\n" + body);
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
    NDList call(NDManager batch, List<NDArray> inputs) {
        return program.call(false, batch, inputs, backbone.fixed(), weights);
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
