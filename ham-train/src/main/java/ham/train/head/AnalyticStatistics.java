package ham.train.head;

import ham.merge.InputException;
import ham.merge.head.AnalyticHead;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.seed.Seeds;
import java.util.Random;

/**
 * Ridge regression on random features, exactly class-incremental: {@code h = relu(f P)}, {@code G += h^T h},
 * {@code Q += h^T onehot(y)}, weights {@code (G + lambda I)^-1 Q}.
 *
 * <p>P [d, M] is standard normal, drawn from the seed. Lambda is chosen at every task from {@link #RIDGES} times the mean of G's
 * diagonal: the images that the adapter was trained on are added, and the lambda with the smallest squared error against the
 * one-hot targets of the held-out images wins; then the held-out images are added too.
 *
 * <p>Source: RanPAC, arXiv 2307.02251, section 4 and algorithm 1.
 */
public final class AnalyticStatistics {
    private static final double[] RIDGES = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};
    private static final double FIRST_RIDGE = 1e-2;

    private final Matrix projection;
    private AnalyticState state;

    /**
     * Begins with no class.
     *
     * @param features width d of a feature
     * @param width M random features; 2000 suits small d
     * @param seed draws P
     */
    public AnalyticStatistics(int features, int width, long seed) {
        this(
                randomProjection(features, width, seed),
                new AnalyticState(0, new double[Math.multiplyExact(width, width)], new double[0], FIRST_RIDGE));
    }

    /** Goes on from a state, with the same projection [d, M]. */
    public AnalyticStatistics(Matrix projection, AnalyticState state) {
        long width = projection.columns();
        if (state.gram().length != width * width || state.cross().length != state.classes() * width) {
            throw new IllegalArgumentException("the state does not fit a projection of width " + width);
        }
        this.projection = projection;
        this.state = state;
    }

    private static Matrix randomProjection(int features, int width, long seed) {
        Random random = Seeds.random(seed, "analytic projection");
        float[] values = new float[Math.multiplyExact(features, width)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Matrix(features, width, values);
    }

    /** P [d, M]. */
    public Matrix projection() {
        return projection;
    }

    /** What to save; the arrays are shared, not copied. */
    public AnalyticState state() {
        return state;
    }

    /**
     * Adds images and chooses lambda.
     *
     * @param training features of the images that the adapter was trained on
     * @param heldOut features of those that it was not trained on; where there are none, lambda stays
     * @param seen how many classes there are now, no fewer than before; positions are below it
     * @throws InputException if a feature is not finite
     */
    public void add(TorchEngine engine, Features training, Features heldOut, int seen) {
        requireFinite(training.values());
        requireFinite(heldOut.values());
        try (RidgeRegression regression = new RidgeRegression(engine, projection, state, seen)) {
            regression.add(training);
            double ridge = heldOut.size() > 0 ? best(regression, heldOut) : state.ridge();
            regression.add(heldOut);
            state = regression.state(ridge);
        }
    }

    /**
     * The head over all classes so far.
     *
     * @throws InputException if the statistics have no solution
     */
    public AnalyticHead head(TorchEngine engine) {
        try (RidgeRegression regression = new RidgeRegression(engine, projection, state, state.classes())) {
            return new AnalyticHead(projection, regression.weights(state.ridge()));
        } catch (ArithmeticException e) {
            throw new InputException(
                    "analytic head: expected statistics with a solution, found that " + e.getMessage()
                            + "; check the images, or use another head",
                    e);
        }
    }

    private static double best(RidgeRegression regression, Features heldOut) {
        double best = RIDGES[RIDGES.length - 1];
        double smallest = Double.POSITIVE_INFINITY;
        for (double ridge : RIDGES) {
            double error = regression.error(heldOut, ridge);
            if (error < smallest) {
                smallest = error;
                best = ridge;
            }
        }
        return best;
    }

    private static void requireFinite(float[] features) {
        for (float value : features) {
            if (!Float.isFinite(value)) {
                throw new InputException("analytic head: expected finite features, found " + value
                        + "; check the base checkpoint and the deltas for extreme weights");
            }
        }
    }
}
