package ham.train.head;

import ham.merge.InputException;
import ham.merge.head.AnalyticHead;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.seed.Seeds;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Ridge regression on random features, exactly class-incremental: {@code h = relu(f P)}, {@code G += h^T h},
 * {@code Q += h^T onehot(y)}, weights {@code (G + lambda I)^-1 Q}.
 *
 * <p>P [d, M] is standard normal, drawn from the seed. Lambda is chosen at every task from {@link #RIDGES} times the mean of G's
 * diagonal: every fifth image of a class is held out, the others are added, and the lambda with the smallest squared error
 * against the one-hot targets of the held-out images wins; then the held-out images are added too.
 *
 * <p>Source: RanPAC, arXiv 2307.02251, section 4 and algorithm 1.
 */
public final class AnalyticStatistics {
    private static final double[] RIDGES = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};
    private static final double FIRST_RIDGE = 1e-2;
    private static final int HELD_OUT_EVERY = 5;

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
     * @param features [n, d], row-major
     * @param positions n class positions below {@code seen}
     * @param seen how many classes there are now, no fewer than before
     * @throws InputException if a feature is not finite
     */
    public void add(TorchEngine engine, float[] features, int[] positions, int seen) {
        requireFinite(features);
        int[] held = heldOut(positions, seen);
        int[] fitted = IntStream.range(0, positions.length)
                .filter(i -> Arrays.binarySearch(held, i) < 0)
                .toArray();
        try (RidgeRegression regression = new RidgeRegression(engine, projection, state, seen)) {
            regression.add(rows(features, fitted), pick(positions, fitted));
            double ridge = state.ridge();
            if (held.length > 0) {
                float[] heldFeatures = rows(features, held);
                int[] heldPositions = pick(positions, held);
                ridge = best(regression, heldFeatures, heldPositions);
                regression.add(heldFeatures, heldPositions);
            }
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

    private static double best(RidgeRegression regression, float[] features, int[] positions) {
        double best = RIDGES[RIDGES.length - 1];
        double smallest = Double.POSITIVE_INFINITY;
        for (double ridge : RIDGES) {
            double error = regression.error(features, positions, ridge);
            if (error < smallest) {
                smallest = error;
                best = ridge;
            }
        }
        return best;
    }

    /** Every fifth image of a class, ascending. */
    private static int[] heldOut(int[] positions, int seen) {
        int[] counts = new int[seen];
        return IntStream.range(0, positions.length)
                .filter(i -> ++counts[positions[i]] % HELD_OUT_EVERY == 0)
                .toArray();
    }

    private float[] rows(float[] features, int[] indices) {
        int d = projection.rows();
        float[] rows = new float[indices.length * d];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(features, indices[i] * d, rows, i * d, d);
        }
        return rows;
    }

    private static int[] pick(int[] values, int[] indices) {
        return Arrays.stream(indices).map(i -> values[i]).toArray();
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
