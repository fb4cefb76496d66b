package ham.train.head;

import ham.merge.InputException;
import ham.merge.head.AnalyticHead;
import ham.merge.head.DrawnProjection;
import ham.merge.head.Projection;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.seed.Seeds;
import java.util.Arrays;
import java.util.Optional;

/**
 * Ridge regression on random features, exactly class-incremental: {@code h = relu(f P)}, {@code G += h^T h},
 * {@code Q += h^T onehot(y)}, weights {@code (G + lambda I)^-1 Q}.
 *
 * <p>P [d, M] is standard normal, drawn from the seed. Lambda is measured in means of G's diagonal for one image, so that the same number
 * means the same however many images came. Where it is chosen ({@link RidgeRule}), the images that the adapter was trained on are added,
 * the cross-entropy of the held-out images is measured for each of {@link #RIDGES}, and the smallest wins; then the held-out images
 * are added too. Squared errors would choose a lambda far too large: they reward shrinking all scores.
 *
 * <p>Source: RanPAC, arXiv 2307.02251, section 4 and algorithm 1.
 */
public final class AnalyticStatistics implements AutoCloseable {
    private static final double[] RIDGES = {0.01, 0.1, 1, 10, 30, 100, 300, 1e3, 3e3, 1e4};
    private static final double FIRST_RIDGE = 300;

    private final TorchEngine engine;
    private final RidgeRule rule;
    private final Gram gram;
    /** P as statistics began with it, [d, M]. */
    private final Matrix first;
    /** What that is drawn from; empty where it is not known any more. */
    private final Optional<DrawnProjection> drawn;
    /** The product of the maps of {@link #follow}, [d, d]; empty before the first. */
    private Optional<Matrix> map;

    private Projection projection;

    private AnalyticSums gathered;

    /**
     * Begins with no class.
     *
     * @param features width d of a feature
     * @param width M random features
     * @param rule how lambda is chosen
     * @param seed draws P
     * @param shelf of G
     */
    public AnalyticStatistics(TorchEngine engine, int features, int width, RidgeRule rule, long seed, Shelf shelf) {
        this(
                engine,
                new DrawnProjection(Seeds.stream(seed, "analytic projection"), features, width),
                rule,
                Optional.empty(),
                Gram.zeros(engine, width, shelf),
                new AnalyticSums(0, new double[0], 0, rule.fixed().orElse(FIRST_RIDGE), new double[RIDGES.length]));
    }

    /**
     * Goes on from what was gathered; G is closed with this object.
     *
     * @param map what stands before the projection that was drawn, [d, d]; empty where it is as it was drawn
     */
    public AnalyticStatistics(
            TorchEngine engine,
            DrawnProjection projection,
            RidgeRule rule,
            Optional<Matrix> map,
            Gram gram,
            AnalyticSums gathered) {
        this(engine, projection.matrix(), Optional.of(projection), rule, map, gram, gathered);
    }

    /** Goes on from what an earlier release gathered, with a projection [d, M] that moved; G is closed with this object. */
    public AnalyticStatistics(TorchEngine engine, Matrix projection, RidgeRule rule, Gram gram, AnalyticSums gathered) {
        this(engine, projection, Optional.empty(), rule, Optional.empty(), gram, gathered);
    }

    private AnalyticStatistics(
            TorchEngine engine,
            Matrix first,
            Optional<DrawnProjection> drawn,
            RidgeRule rule,
            Optional<Matrix> map,
            Gram gram,
            AnalyticSums gathered) {
        long width = first.columns();
        if (gram.width() != width
                || gathered.cross().length != gathered.classes() * width
                || gathered.losses().length != RIDGES.length) {
            throw new IllegalArgumentException("the sums do not fit a projection of width " + width);
        }
        this.engine = engine;
        this.first = first;
        this.drawn = drawn;
        this.map = map;
        this.projection = behindMap();
        this.rule = rule;
        this.gram = gram;
        this.gathered = gathered;
    }

    /** P [d, M], behind the maps of {@link #follow} so far. */
    public Projection projection() {
        return projection;
    }

    /** What P is drawn from, behind the {@link #map}; empty where that is not known any more. */
    public Optional<DrawnProjection> drawn() {
        return drawn;
    }

    /** The product of the maps of {@link #follow}, [d, d]: P is this times what was drawn. Empty before the first. */
    public Optional<Matrix> map() {
        return map;
    }

    /** Features of the present model in the coordinates of the projection that was drawn, which never change. */
    public Features asCounted(Features present) {
        if (map.isEmpty() || present.size() == 0) {
            return present;
        }
        Matrix values = new Matrix(present.size(), first.rows(), present.values());
        return new Features(LinearDrift.product(engine, values, map.get()).data(), present.positions());
    }

    /** G, to be saved. */
    public Gram gram() {
        return gram;
    }

    /** What to save besides; the arrays are shared, not copied. */
    public AnalyticSums gathered() {
        return gathered;
    }

    /**
     * Goes over to a model whose features moved: P becomes {@code M P}, where M takes features of the present model to those of the one
     * before ({@link LinearDrift}). So features of the present model are seen as the statistics saw those of the models before, and the
     * deployed head costs what it did.
     *
     * @param before features of some images by the model before
     * @param after features of the same images by the present one
     * @throws InputException if a feature is not finite
     */
    public void follow(Features before, Features after) {
        Matrix step = LinearDrift.between(engine, first.rows(), after.values(), before.values());
        map = Optional.of(
                map.map(earlier -> LinearDrift.product(engine, step, earlier)).orElse(step));
        projection = behindMap();
    }

    private Projection behindMap() {
        return drawn.map(each -> Projection.of(each, map))
                .orElseGet(() -> Projection.of(map.map(moved -> LinearDrift.product(engine, moved, first))
                        .orElse(first)));
    }

    /**
     * Goes over to a model through which the statistics of the images so far are known: P stays.
     *
     * @param renewed of the same images and classes
     */
    public void renew(RenewedStatistics renewed) {
        gram.set(renewed.gram());
        gathered = new AnalyticSums(
                gathered.classes(), renewed.cross(), gathered.images(), gathered.ridge(), gathered.losses());
    }

    /** Solutions that choosing lambda takes when images are added: one for every candidate. */
    public static int candidates(RidgeRule rule) {
        return rule.fixed().isPresent() ? 0 : RIDGES.length;
    }

    /** Seconds of one solution at a number of random features, from a small one that is measured. */
    public static double solutionSeconds(TorchEngine engine, int width) {
        return RidgeRegression.seconds(engine, width);
    }

    /**
     * Adds images and chooses lambda.
     *
     * @param training features of the images that the adapter was trained on
     * @param heldOut features of those that it was not trained on; where there are none, lambda stays
     * @param seen how many classes there are now, no fewer than before; positions are below it
     * @throws InputException if a feature is not finite
     */
    public void add(Features training, Features heldOut, int seen) {
        requireFinite(training.values());
        requireFinite(heldOut.values());
        try (RidgeRegression regression = new RidgeRegression(engine, projection.matrix(), gram, gathered, seen)) {
            regression.add(training);
            double ridge = gathered.ridge();
            double[] sums = gathered.losses();
            if (heldOut.size() > 0 && rule.fixed().isEmpty()) {
                double[] losses = losses(regression, heldOut);
                sums = sum(sums, losses);
                ridge = RIDGES[smallest(rule.accumulates() ? sums : losses)];
            }
            regression.add(heldOut);
            gathered = regression.gathered(ridge, sums);
        } finally {
            gram.rest();
        }
    }

    /**
     * Adds images and takes over the lambda that was chosen elsewhere, which spares a factorisation for every candidate.
     *
     * @param images features, of training images and held-out ones alike
     * @param seen how many classes there are now, no fewer than before; positions are below it
     * @param ridge lambda as a multiple of the mean of G's diagonal for one image
     * @throws InputException if a feature is not finite
     */
    public void add(Features images, int seen, double ridge) {
        requireFinite(images.values());
        try (RidgeRegression regression = new RidgeRegression(engine, projection.matrix(), gram, gathered, seen)) {
            regression.add(images);
            gathered = regression.gathered(ridge, gathered.losses());
        } finally {
            gram.rest();
        }
    }

    /**
     * The head over all classes so far.
     *
     * @throws InputException if the statistics have no solution
     */
    public AnalyticHead head() {
        try (RidgeRegression regression =
                new RidgeRegression(engine, projection.matrix(), gram, gathered, gathered.classes())) {
            return new AnalyticHead(projection, regression.weights(gathered.ridge()));
        } catch (ArithmeticException e) {
            throw noSolution(e);
        } finally {
            gram.rest();
        }
    }

    /**
     * The head of all images so far but some, with the same lambda: what the statistics hold of these is taken out again.
     *
     * @param without features of images that were added, as {@link #asCounted} gave them then
     * @throws InputException if the statistics have no solution
     */
    public AnalyticHead headWithout(Features without) {
        try (Gram copy = gram.copy();
                RidgeRegression regression = new RidgeRegression(engine, first, copy, gathered, gathered.classes())) {
            regression.remove(without);
            return new AnalyticHead(projection, regression.weights(gathered.ridge()));
        } catch (ArithmeticException e) {
            throw noSolution(e);
        }
    }

    private static InputException noSolution(ArithmeticException cause) {
        return new InputException(
                "analytic head: expected statistics with a solution, found that " + cause.getMessage()
                        + "; check the images, or use another head",
                cause);
    }

    private static double[] losses(RidgeRegression regression, Features heldOut) {
        return Arrays.stream(RIDGES)
                .map(ridge -> regression.loss(heldOut, ridge))
                .toArray();
    }

    private static double[] sum(double[] first, double[] second) {
        double[] sum = new double[first.length];
        Arrays.setAll(sum, i -> first[i] + second[i]);
        return sum;
    }

    /** Index of the first of the smallest; the last where none is finite. */
    private static int smallest(double[] losses) {
        int best = losses.length - 1;
        for (int i = losses.length - 1; i >= 0; i--) {
            best = losses[i] <= losses[best] && Double.isFinite(losses[i]) ? i : best;
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

    @Override
    public void close() {
        gram.close();
    }
}
