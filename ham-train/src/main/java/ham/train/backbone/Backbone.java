package ham.train.backbone;

import ai.djl.ndarray.NDArray;
import ham.runtime.tensor.Tensor;
import ham.train.engine.MixedPrecision;
import ham.train.engine.TorchEngine;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A frozen network in the training engine: inputs to features [n, f].
 *
 * <p>It is computed by TorchScript in which the weights of its linear layers, which an adapter may change, are passed as {@code w}, and all else as
 * {@code fixed}. A <em>state</em> is what a pass gives at the place behind which nothing looks at another token: the tail alone makes features of it.
 * Where a network has no such place, states are the features.
 */
public interface Backbone extends Layers, AutoCloseable {
    /** The engine that holds the weights. */
    TorchEngine engine();

    /** Width of a state. */
    int stateWidth();

    @Override
    default int outputs(String weight) {
        return Math.toIntExact(weight(weight).getShape().get(0));
    }

    @Override
    default int inputs(String weight) {
        return Math.toIntExact(weight(weight).getShape().get(1));
    }

    /** A frozen weight by its name in the checkpoint; stays owned by this object. */
    NDArray weight(String name);

    /** The frozen arrays that no adapter changes, as the script takes them. */
    List<NDArray> fixed();

    /** Names of the linear layers' weights in the order in which the script takes them. */
    List<String> linearNames();

    /** Names of its inputs, which are also the names of the script's variables. */
    List<String> inputs();

    /** Statements that leave out what is padding in all examples of the inputs' variables, a line each; none where there is no padding. */
    default List<String> trimming() {
        return List.of();
    }

    /** Shape of one image, [channels, side, side]; empty where it takes texts. */
    List<Long> imageShape();

    /**
     * Refuses inputs of another shape than the network takes.
     *
     * @throws ham.merge.InputException if they have one
     */
    void requireFit(Map<String, Tensor> batch);

    /**
     * Definitions that {@link #states} and {@link #features} call, but that of {@link MixedPrecision#PRODUCT}.
     *
     * @param precision of matrix products
     * @param exact names of linear weights that are changed by less than the precision resolves
     */
    String functions(MixedPrecision precision, Collection<String> exact);

    /** The expression that computes states from the inputs, {@code fixed} and {@code w}. */
    String states(MixedPrecision precision, Collection<String> exact);

    /** The expression that computes features from a variable of states. */
    String features(String states, MixedPrecision precision, Collection<String> exact);

    @Override
    void close();
}
