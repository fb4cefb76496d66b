package ham.train.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.merge.tensor.Matrix;
import ham.train.feature.TailExtractor;

/**
 * Functions of latents: psi [m], in which no model but the frozen one appears, and a model's {@code y = [relu(f P), f / |f|]} [M + d] of its
 * features f [d]. The frozen model's y, the latent, the frozen tail's activations and 1 make up psi, in this order.
 */
final class LatentFunctions {
    private final NDManager manager;
    private final TailExtractor frozen;
    private final NDArray projection;

    /** @param projection P [d, M] */
    LatentFunctions(NDManager manager, TailExtractor frozen, Matrix projection) {
        this.manager = manager;
        this.frozen = frozen;
        this.projection = HeadLogits.array(manager, projection);
    }

    /**
     * m.
     *
     * @param random M
     * @param width d
     * @param hidden width of the MLP
     */
    static long count(int random, int width, int hidden) {
        return random + 4L * width + hidden + 1;
    }

    /** psi of latents [n, 2 d]: [n, m]. */
    NDArray psi(NDArray states) {
        NDList activations = frozen.activations(manager, states);
        NDArray one = manager.ones(new Shape(states.getShape().get(0), 1));
        return NDArrays.concat(
                new NDList(y(activations.get(0)), states, activations.get(1), activations.get(2), one), 1);
    }

    /** y of latents [n, 2 d] by a model: [n, M + d]. */
    NDArray y(TailExtractor model, NDArray states) {
        return y(model.activations(manager, states).get(0));
    }

    private NDArray y(NDArray features) {
        NDArray length = features.mul(features).sum(new int[] {1}, true).sqrt();
        return features.matMul(projection).maximum(0).concat(features.div(length), 1);
    }
}
