package ham.train.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.engine.TorchScript;

/**
 * The linear map that takes features of one model to those of another for the same images: with X and Y [n, d] it is
 * {@code I + (X^T X + mu I)^-1 X^T (Y - X)}, least squares with a preference for the identity, in float64. Where the features did not
 * move it is the identity.
 *
 * <p>After "Exemplar-free Continual Representation Learning via Learnable Drift Compensation", arXiv 2407.08536, where a linear layer is
 * trained for it by gradient descent.
 */
final class LinearDrift {
    /**
     * mu as a multiple of the mean of the diagonal of X^T X: chosen on training images of GTSRB in ten tasks, where 0.1 and 1 were as good and 0.01 was worse.
     */
    private static final double RIDGE = 0.3;

    private LinearDrift() {}

    /**
     * Fits the map.
     *
     * @param width d
     * @param from X, row-major [n, d]
     * @param to Y, the same images in the same order
     * @return M [d, d], so that {@code X M} is near Y
     * @throws InputException if a feature is not finite
     */
    static Matrix between(TorchEngine engine, int width, float[] from, float[] to) {
        if (from.length != to.length || from.length % width != 0) {
            throw new IllegalArgumentException("expected features of the same images of width " + width + ", found "
                    + from.length + " and " + to.length + " values");
        }
        Shape shape = new Shape(from.length / width, width);
        try (NDManager manager = engine.newManager();
                TorchScript solver = RidgeRegression.solver(engine);
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray x = manager.create(from, shape).toType(DataType.FLOAT64, true);
            NDArray moved =
                    manager.create(to, shape).toType(DataType.FLOAT64, true).sub(x);
            NDArray transposed = x.transpose();
            NDArray gram = transposed.matMul(x);
            NDArray ridge = gram.diagonal().mean().mul(RIDGE);
            var solution = solver.run(manager, gram, transposed.matMul(moved), ridge, gram.zerosLike());
            if (solution.get(1).getInt() != 0) {
                throw new InputException(
                        "drift compensation: expected finite features that are not all zero, found others;"
                                + " check the base checkpoint and the deltas for extreme weights");
            }
            NDArray map = solution.get(0)
                    .add(manager.eye(width).toType(DataType.FLOAT64, true))
                    .toType(DataType.FLOAT32, true);
            return new Matrix(width, width, map.toFloatArray());
        }
    }

    /** The product of two matrices, {@code first second}. */
    static Matrix product(TorchEngine engine, Matrix first, Matrix second) {
        try (NDManager manager = engine.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray product = HeadLogits.array(manager, first).matMul(HeadLogits.array(manager, second));
            return new Matrix(first.rows(), second.columns(), product.toFloatArray());
        }
    }
}
