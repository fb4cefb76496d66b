package ham.train.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.engine.TorchScript;
import java.util.Arrays;

/**
 * G and Q of a ridge regression in the engine, and its solution by Cholesky factorisation. Random features are computed in
 * float32 as the deployed head computes them, everything after in float64.
 */
final class RidgeRegression implements AutoCloseable {
    /**
     * Lambda stands on G's diagonal while G is factorised, and the factor, column after column as LAPACK writes it, in memory that is there already: nothing
     * of G's size is made.
     */
    private static final String SOLVE =
            """
            diagonal = torch.diagonal(g)
            kept = torch.clone(diagonal)
            added = torch.add_(diagonal, ridge)
            status = torch.to(torch.select(kept, 0, 0), 3)
            factor = torch.t(room)
            done = torch.linalg_cholesky_ex(g, L=factor, info=status)
            restored = torch.copy_(diagonal, kept)
            half = torch.linalg_solve_triangular(factor, q, upper=False)
            return (torch.linalg_solve_triangular(torch.t(factor), half, upper=True), status)
            """;

    /** {@code G += s h^T h} in place. */
    private static final String ADD = "return torch.addmm_(g, torch.t(h), signed)\n";

    /** Scores are regressed on 0 and 1 and seldom reach 1: this makes probabilities of them that are neither flat nor certain. */
    private static final double SHARPNESS = 10;

    /** Images at a time, so that their random features take little memory however many there are. */
    private static final int ROWS = 1000;

    private static final int MEASURED_WIDTH = 3000;

    private final Matrix projection;
    private final int classes;
    private final NDManager manager;
    private final TorchScript solver;
    private final TorchScript adder;
    /** P [d, M]. */
    private final NDArray randomProjection;

    /** G, in place. */
    private final Gram gram;
    /** Q transposed, [classes, M]. */
    private final NDArray cross;

    /** Where factors of G are made; null before the first. */
    private Shelf.Room factor;

    private long images;

    /**
     * Goes on from sums.
     *
     * @param sum G, which images are added to in place
     * @param classes how many there are now; new ones get empty rows
     */
    RidgeRegression(TorchEngine engine, Matrix projection, Gram sum, AnalyticSums gathered, int classes) {
        int width = projection.columns();
        this.projection = projection;
        this.classes = classes;
        images = gathered.images();
        manager = engine.newManager();
        solver = solver(engine);
        adder = new TorchScript(engine, "g, h, signed", "Tensor", ADD);
        randomProjection = HeadLogits.array(manager, projection);
        gram = sum;
        // From the shelf now: what begins in a scope of arrays ends with it.
        gram.array();
        cross = manager.create(
                Arrays.copyOf(gathered.cross(), Math.multiplyExact(classes, width)), new Shape(classes, width));
    }

    /**
     * A program of G, Q, lambda and memory of G's size and type whose content is lost: the solution of {@code (G + lambda I) W = Q} and LAPACK's info, which
     * is 0 on success.
     */
    static TorchScript solver(TorchEngine engine) {
        return new TorchScript(engine, "g, q, ridge, room", "Tuple[Tensor, Tensor]", SOLVE);
    }

    /** Seconds of one solution at a width, from a measured one at {@value #MEASURED_WIDTH}: it grows by the cube. */
    static double seconds(TorchEngine engine, int width) {
        try (NDManager manager = engine.newManager();
                TorchScript solver = solver(engine)) {
            NDArray g = manager.eye(MEASURED_WIDTH).toType(DataType.FLOAT64, true);
            NDArray q = manager.ones(new Shape(MEASURED_WIDTH, 1), DataType.FLOAT64);
            NDArray ridge = g.diagonal().mean();
            NDArray room = g.zerosLike();
            long began = 0;
            // The first one pays for what every program pays once.
            for (int i = 0; i < 2; i++) {
                began = System.nanoTime();
                // A number is only there when everything before it is done, on a GPU too.
                double unused =
                        solver.run(manager, g, q, ridge, room).get(0).sum().getDouble();
            }
            return (System.nanoTime() - began) / 1e9 * Math.pow((double) width / MEASURED_WIDTH, 3);
        }
    }

    /** Adds images. */
    void add(Features features) {
        add(features, 1);
    }

    /** Takes images out again that were added. */
    void remove(Features features) {
        add(features, -1);
    }

    private void add(Features features, int sign) {
        images += (long) sign * features.size();
        NDArray sum = gram.changing();
        for (int from = 0; from < features.size(); from += ROWS) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray hidden = hidden(features, from);
                NDArray signed = sign > 0 ? hidden : hidden.neg();
                adder.run(manager, sum, hidden, signed);
                cross.addi(targets(features, from).transpose().matMul(signed));
            }
        }
    }

    /** Sum of the cross-entropies of softmax({@value #SHARPNESS} * scores); infinite if there is no solution in float64. */
    double loss(Features features, double ridge) {
        NDArray room = room();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList solution = solve(ridge, room);
            if (solution.get(1).getInt() != 0) {
                return Double.POSITIVE_INFINITY;
            }
            double loss = 0;
            for (int from = 0; from < features.size(); from += ROWS) {
                NDArray scores = hidden(features, from).matMul(solution.get(0)).mul(SHARPNESS);
                loss -= scores.logSoftmax(1).mul(targets(features, from)).sum().getDouble();
            }
            return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
        }
    }

    /**
     * The weights [classes, M].
     *
     * @throws ArithmeticException if G + lambda I is not positive definite in float64
     */
    Matrix weights(double ridge) {
        NDArray room = room();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList solution = solve(ridge, room);
            if (solution.get(1).getInt() != 0) {
                throw new ArithmeticException("G + lambda I is not positive definite for lambda = " + ridge
                        + " times the mean of G's diagonal for one image");
            }
            NDArray weights = solution.get(0).transpose().toType(DataType.FLOAT32, true);
            return new Matrix(classes, projection.columns(), weights.toFloatArray());
        }
    }

    AnalyticSums gathered(double ridge, double[] losses) {
        return new AnalyticSums(classes, cross.toDoubleArray(), images, ridge, losses);
    }

    /** Solution [M, classes] and LAPACK's info, which is 0 on success. */
    private NDList solve(double ridge, NDArray room) {
        NDArray lambda = gram.array().diagonal().mean().mul(ridge / images);
        return solver.run(manager, gram.array(), cross.transpose(), lambda, room);
    }

    /** Taken outside of scopes of arrays, which would end it. */
    private NDArray room() {
        if (factor == null) {
            factor = gram.spare();
        }
        return factor.array();
    }

    /** Random features [rows, M] of at most {@link #ROWS} images. */
    private NDArray hidden(Features features, int from) {
        int d = projection.rows();
        int rows = rows(features, from);
        float[] values = Arrays.copyOfRange(features.values(), from * d, (from + rows) * d);
        return manager.create(values, new Shape(rows, d))
                .matMul(randomProjection)
                .maximum(0)
                .toType(DataType.FLOAT64, true);
    }

    /** One-hot targets [rows, classes] of the same images. */
    private NDArray targets(Features features, int from) {
        int rows = rows(features, from);
        double[] oneHot = new double[rows * classes];
        for (int i = 0; i < rows; i++) {
            oneHot[i * classes + features.positions()[from + i]] = 1;
        }
        return manager.create(oneHot, new Shape(rows, classes));
    }

    private static int rows(Features features, int from) {
        return Math.min(ROWS, features.size() - from);
    }

    @Override
    public void close() {
        if (factor != null) {
            gram.giveBack(factor);
        }
        solver.close();
        adder.close();
        manager.close();
    }
}
