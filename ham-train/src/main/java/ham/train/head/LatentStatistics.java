package ham.train.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.engine.TorchScript;
import ham.train.feature.TailExtractor;
import ham.train.replay.ClassLatents;
import ham.train.seed.Seeds;
import java.util.Arrays;

/**
 * Statistics of earlier images that never go out of date, and from them those of the analytic head and the prototypes for a model whose
 * tail has changed since.
 *
 * <p>A latent ({@link TailExtractor}) is the same for every model whose tail alone is adapted, and so are functions of it in which only the
 * frozen model appears: psi [m] of {@code LatentFunctions}. Sums of {@code psi^T psi} and of psi by class are kept for all images.
 *
 * <p>What a present model makes of a latent, {@code y = [relu(f P), f / |f|]} [M + d], is a known function of the latent, and the frozen
 * model's y0 is among psi. The change {@code y - y0} is approximated by {@code psi W}, the ridge regression over latents that are drawn from
 * {@link ClassLatents}, {@value #DRAWS} a class. So {@code sum y^T y} over the real images is what follows from {@code sum psi^T psi}, known
 * exactly, and what the approximation leaves, measured on the drawn latents alone. Drawn latents, which are a rough picture of the real ones,
 * have to be right only about a small part: they are the control variate of Monte Carlo methods. Where the model did not change the
 * result is exact. No image is kept.
 *
 * <p>Shapes: n latents, d width of a feature, M random features, m functions.
 */
public final class LatentStatistics implements AutoCloseable {
    /** Drawn latents of a class. */
    private static final int DRAWS = 300;
    /** Part of a function's mean square on the diagonal of the regression. */
    private static final double RIDGE = 0.01;
    /** Part of the mean of all functions' mean squares that is added to each: some are always zero. */
    private static final double FLOOR = 1e-3;
    /** Classes whose drawn latents are worked on at a time. */
    private static final int CLASSES_AT_A_TIME = 20;

    private static final int ROWS = 1000;

    private final TorchEngine engine;
    private final Matrix projection;
    private final int m;
    private final long seed;
    private final NDManager manager;
    private final LatentFunctions functions;
    /** Sum of psi^T psi over drawn latents, [m, m]. */
    private final NDArray drawnGram;

    private LatentSums sums;

    /**
     * Begins with no class.
     *
     * @param frozen the tail without any delta; not closed by this object
     * @param projection P [d, M] of the analytic head
     * @param hidden width of the MLP
     * @param seed the run's
     */
    public LatentStatistics(TorchEngine engine, TailExtractor frozen, Matrix projection, int hidden, long seed) {
        this(
                engine,
                frozen,
                projection,
                seed,
                LatentSums.empty(
                        Math.toIntExact(LatentFunctions.count(projection.columns(), projection.rows(), hidden))));
    }

    /** Goes on from sums. */
    public LatentStatistics(TorchEngine engine, TailExtractor frozen, Matrix projection, long seed, LatentSums sums) {
        this.engine = engine;
        this.projection = projection;
        this.seed = seed;
        this.sums = sums;
        m = (int) Math.round(Math.sqrt(sums.gram().length));
        manager = engine.newManager();
        functions = new LatentFunctions(manager, frozen, projection);
        drawnGram = manager.zeros(new Shape(m, m), DataType.FLOAT64);
        int known = 0;
        for (int seen : sums.seen()) {
            addDrawn(known, seen);
            known = seen;
        }
    }

    /**
     * Checks that the sums and the drawn latents are arrays of a size that Java has.
     *
     * @param random M
     * @param width d
     * @param hidden width of the MLP
     * @param classes how many there will be
     * @throws InputException naming what is too large
     */
    public static void requireFit(int random, int width, int hidden, int classes) {
        long functions = LatentFunctions.count(random, width, hidden);
        int widest = (int) Math.sqrt((double) Integer.MAX_VALUE / Double.BYTES);
        if (functions > widest) {
            throw InputException.parameter(
                    "drift",
                    "expected at most " + widest
                            + " functions of a state, whose sums in float64 are an array of 2^31 bytes,"
                            + " found " + functions + " of drift states with projection " + random
                            + "; choose a projection of at most " + Math.max(0, widest - (functions - random))
                            + ", or another drift");
        }
        long most = Integer.MAX_VALUE / (2L * DRAWS * width);
        if (classes > most) {
            throw InputException.parameter(
                    "drift",
                    "expected at most " + most + " classes for a model of width " + width + ", found " + classes
                            + "; use another drift");
        }
    }

    /** What to save; the arrays are shared, not copied. */
    public LatentSums sums() {
        return sums;
    }

    /**
     * Adds images of a task's classes.
     *
     * @param states [n, 2 d] of the images
     * @param positions class position of each
     * @param classes the distribution of the latents of all classes with this task
     */
    public void add(float[] states, int[] positions, ClassLatents classes) {
        int known = sums.classes();
        int seen = classes.classes();
        try (NDManager work = manager.newSubManager()) {
            NDArray gram = work.create(sums.gram(), new Shape(m, m));
            NDArray cross = work.create(Arrays.copyOf(sums.cross(), seen * m), new Shape(seen, m));
            for (int from = 0; from < positions.length; from += ROWS) {
                int to = Math.min(from + ROWS, positions.length);
                float[] ones = new float[to - from];
                Arrays.fill(ones, 1);
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDArray psi = functions.psi(states(states, from, to));
                    gram.addi(product(psi, psi));
                    cross.addi(product(targets(Arrays.copyOfRange(positions, from, to), ones, seen), psi));
                }
            }
            float[] drawn = Arrays.copyOf(sums.drawn(), seen * DRAWS * 2 * projection.rows());
            classes.draw(known, DRAWS, Seeds.random(seed, "drawn states", known), drawn);
            int tasks = sums.seen().length;
            int[] seenByTask = Arrays.copyOf(sums.seen(), tasks + 1);
            seenByTask[tasks] = seen;
            sums = new LatentSums(seenByTask, gram.toDoubleArray(), cross.toDoubleArray(), drawn);
        }
        addDrawn(known, seen);
    }

    /** Every drawn latent of a class weighs as much as all of the class's images do, divided by the number of draws. */
    private float weight(int position) {
        return (float) (sums.cross()[(position + 1) * m - 1] / DRAWS);
    }

    /** Adds the drawn latents of a task's classes, whose sums depend in their last bits on which are added together. */
    private void addDrawn(int known, int seen) {
        for (int from = known; from < seen; from += CLASSES_AT_A_TIME) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Draws draws = draws(from, Math.min(from + CLASSES_AT_A_TIME, seen));
                NDArray psi = functions.psi(draws.states());
                drawnGram.addi(product(psi.mul(draws.weights()), psi));
            }
        }
    }

    /**
     * Drawn latents of some classes.
     *
     * @param states [n, 2 d]
     * @param weights of each, [n, 1]
     * @param targets the weights, each at its class, [n, classes]
     */
    private record Draws(NDArray states, NDArray weights, NDArray targets) {}

    private Draws draws(int from, int to) {
        int[] positions = new int[(to - from) * DRAWS];
        float[] weights = new float[positions.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = from + i / DRAWS;
            weights[i] = weight(positions[i]);
        }
        return new Draws(
                states(sums.drawn(), from * DRAWS, to * DRAWS),
                manager.create(weights, new Shape(weights.length, 1)),
                targets(positions, weights, sums.classes()));
    }

    /**
     * Statistics of all images so far as a present model would give them.
     *
     * @param present the present model's tail
     * @throws InputException if activations are not finite
     */
    public RenewedStatistics renew(TailExtractor present) {
        int width = projection.columns();
        int outputs = width + projection.rows();
        try (NDManager work = manager.newSubManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray both = work.zeros(new Shape(m, outputs), DataType.FLOAT64);
            NDArray gram = work.zeros(new Shape(width, width), DataType.FLOAT64);
            NDArray psiCross = work.zeros(new Shape(sums.classes(), m), DataType.FLOAT64);
            NDArray cross = work.zeros(new Shape(sums.classes(), outputs), DataType.FLOAT64);
            for (int from = 0; from < sums.classes(); from += CLASSES_AT_A_TIME) {
                int to = Math.min(from + CLASSES_AT_A_TIME, sums.classes());
                try (NDScope part = new NDScope()) {
                    part.suppressNotUsedWarning();
                    addChange(present, from, to, both, gram, psiCross, cross);
                }
            }
            return renewed(work, both, gram, psiCross, cross);
        }
    }

    /** Adds to the four sums of {@link #renewed} what the drawn latents of some classes give. */
    private void addChange(
            TailExtractor present, int from, int to, NDArray both, NDArray gram, NDArray psiCross, NDArray cross) {
        Draws draws = draws(from, to);
        NDArray psi = functions.psi(draws.states());
        NDArray y = functions.y(present, draws.states());
        NDArray change = y.sub(psi.get(columns(0, (int) y.getShape().get(1))));
        NDArray changeOfRandom = change.get(columns(0, projection.columns()));
        both.addi(product(psi.mul(draws.weights()), change));
        gram.addi(product(changeOfRandom.mul(draws.weights()), changeOfRandom));
        psiCross.addi(product(draws.targets(), psi));
        cross.addi(product(draws.targets(), change));
    }

    /**
     * Puts together what is known of the approximation and what was measured of the rest.
     *
     * @param both sum of psi^T (y - y0) over drawn latents
     * @param gram sum of (h - h0)^T (h - h0) over them
     * @param psiCross sum of psi by class over them
     * @param cross sum of y - y0 by class over them
     */
    private RenewedStatistics renewed(NDManager work, NDArray both, NDArray gram, NDArray psiCross, NDArray cross) {
        NDArray diagonal = drawnGram.diagonal();
        NDArray scale = single(diagonal.add(diagonal.mean().mul(FLOOR)).sqrt().reshape(-1, 1));
        NDArray joint = single(both);
        NDArray weights;
        try (TorchScript solver = RidgeRegression.solver(engine)) {
            NDArray scaled = single(drawnGram).div(scale).div(scale.transpose());
            NDList solution =
                    solver.run(work, scaled, joint.div(scale), work.create((float) RIDGE), scaled.zerosLike());
            if (solution.get(1).getInt() != 0
                    || !Float.isFinite(solution.get(0).sum().getFloat())) {
                throw new InputException("statistics of states: expected finite activations, found others;"
                        + " check the base checkpoint and the deltas for extreme weights");
            }
            weights = solution.get(0).div(scale);
        }
        int width = projection.columns();
        NDIndex random = columns(0, width);
        NDArray change = weights.get(random);
        // With (Gz + R) W = psi^T D, what the approximation of D leaves is D^T D - W^T (psi^T D + R W).
        NDArray explained = change.transpose()
                .matMul(joint.get(random).add(change.mul(scale).mul(scale).mul(RIDGE)));
        // y0 is the first columns of psi.
        NDArray all = weights.add(work.eye(m, (int) weights.getShape().get(1), 0, DataType.FLOAT32));
        NDArray whole = all.get(random);
        NDArray known = whole.transpose()
                .matMul(single(work.create(sums.gram(), new Shape(m, m))).matMul(whole));
        NDArray sum = wide(known.sub(explained)).add(gram);
        NDArray exact = single(work.create(sums.cross(), new Shape(sums.classes(), m)));
        NDArray allCross =
                exact.matMul(all).add(single(cross)).sub(single(psiCross).matMul(weights));
        return new RenewedStatistics(
                sum.add(sum.transpose()).mul(0.5).toDoubleArray(),
                wide(allCross.get(random)).toDoubleArray(),
                allCross.get(columns(width, (int) allCross.getShape().get(1)))
                        .div(exact.get(columns(m - 1, m)))
                        .toFloatArray());
    }

    private static NDIndex columns(int from, int to) {
        return new NDIndex(":, " + from + ":" + to);
    }

    private NDArray states(float[] values, int from, int to) {
        int width = 2 * projection.rows();
        return manager.create(Arrays.copyOfRange(values, from * width, to * width), new Shape(to - from, width));
    }

    /** A row a latent, with its weight at its class. */
    private NDArray targets(int[] positions, float[] weights, int classes) {
        float[] targets = new float[positions.length * classes];
        for (int i = 0; i < positions.length; i++) {
            targets[i * classes + positions[i]] = weights[i];
        }
        return manager.create(targets, new Shape(positions.length, classes));
    }

    /** {@code first^T second} in float32, to be added to a sum in float64. */
    private static NDArray product(NDArray first, NDArray second) {
        return first.transpose().matMul(second);
    }

    private static NDArray wide(NDArray array) {
        return array.toType(DataType.FLOAT64, true);
    }

    private static NDArray single(NDArray array) {
        return array.toType(DataType.FLOAT32, true);
    }

    @Override
    public void close() {
        manager.close();
    }
}
