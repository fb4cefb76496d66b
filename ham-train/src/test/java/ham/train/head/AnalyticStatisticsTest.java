package ham.train.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.head.AnalyticHead;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AnalyticStatisticsTest {
    private static final int WIDTH = 24;
    private static final int FEATURES = 5;

    private static TorchEngine engine;

    @BeforeAll
    static void open() {
        engine = TorchEngine.open("cpu", 1);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    /** Class c is around a random direction of its own. */
    private static float[] features(int[] positions, long seed) {
        Random noise = new Random(seed);
        float[] features = new float[positions.length * FEATURES];
        for (int i = 0; i < positions.length; i++) {
            Random direction = new Random(positions[i]);
            for (int k = 0; k < FEATURES; k++) {
                features[i * FEATURES + k] = (float) (3 * direction.nextGaussian() + noise.nextGaussian());
            }
        }
        return features;
    }

    private static int[] cycle(int from, int to, int count) {
        int[] positions = new int[count];
        Arrays.setAll(positions, i -> from + i % (to - from));
        return positions;
    }

    /** Adds images, every tenth of them held out. */
    private static void add(AnalyticStatistics statistics, float[] features, int[] positions, int seen) {
        statistics.add(
                engine, part(features, positions, i -> i % 10 != 9), part(features, positions, i -> i % 10 == 9), seen);
    }

    private static Features part(float[] features, int[] positions, IntPredicate chosen) {
        Features part = new Features(new float[0], new int[0]);
        for (int i = 0; i < positions.length; i++) {
            if (chosen.test(i)) {
                part = part.and(new Features(
                        Arrays.copyOfRange(features, i * FEATURES, (i + 1) * FEATURES), new int[] {positions[i]}));
            }
        }
        return part;
    }

    @Test
    void takesImagesOutAgain() {
        int[] positions = cycle(0, 3, 60);
        Features all = new Features(features(positions, 1), positions);
        Features some = part(features(positions, 1), positions, i -> i % 3 == 1);
        Features others = part(features(positions, 1), positions, i -> i % 3 != 1);
        AnalyticStatistics whole = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.fixed(10), 1);
        whole.add(engine, all, new Features(new float[0], new int[0]), 3);
        AnalyticStatistics rest = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.fixed(10), 1);
        rest.add(engine, others, new Features(new float[0], new int[0]), 3);
        assertThat(whole.headWithout(engine, some).weight().data())
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(rest.head(engine).weight().data());
        assertThat(whole.head(engine).weight()).isNotEqualTo(rest.head(engine).weight());
    }

    @Test
    void solvesTheRidgeRegressionOfAllImages() {
        int[] first = cycle(0, 2, 60);
        int[] second = cycle(2, 4, 50);
        AnalyticStatistics statistics = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.TASK, 1);
        add(statistics, features(first, 1), first, 2);
        add(statistics, features(second, 2), second, 4);
        AnalyticHead head = statistics.head(engine);
        double[][] gram = new double[WIDTH][WIDTH];
        double[][] cross = new double[WIDTH][4];
        accumulate(statistics.projection(), features(first, 1), first, gram, cross);
        accumulate(statistics.projection(), features(second, 2), second, gram, cross);
        double ridge = statistics.gathered().ridge() * trace(gram) / WIDTH / (first.length + second.length);
        assertSolves(gram, ridge, cross, head.weight());
    }

    private static void accumulate(
            Matrix projection, float[] features, int[] positions, double[][] gram, double[][] cross) {
        for (int i = 0; i < positions.length; i++) {
            double[] hidden = new double[WIDTH];
            for (int m = 0; m < WIDTH; m++) {
                for (int k = 0; k < FEATURES; k++) {
                    hidden[m] += (double) features[i * FEATURES + k] * projection.get(k, m);
                }
                hidden[m] = Math.max(hidden[m], 0);
            }
            for (int m = 0; m < WIDTH; m++) {
                cross[m][positions[i]] += hidden[m];
                for (int j = 0; j < WIDTH; j++) {
                    gram[m][j] += hidden[m] * hidden[j];
                }
            }
        }
    }

    private static double trace(double[][] matrix) {
        double trace = 0;
        for (int i = 0; i < matrix.length; i++) {
            trace += matrix[i][i];
        }
        return trace;
    }

    /** (G + ridge I) W^T = Q, relative to the size of the terms. */
    private static void assertSolves(double[][] gram, double ridge, double[][] cross, Matrix weight) {
        for (int c = 0; c < weight.rows(); c++) {
            for (int m = 0; m < WIDTH; m++) {
                double left = ridge * weight.get(c, m);
                double size = Math.abs(left) + Math.abs(cross[m][c]);
                for (int j = 0; j < WIDTH; j++) {
                    left += gram[m][j] * weight.get(c, j);
                    size += Math.abs(gram[m][j] * weight.get(c, j));
                }
                assertThat(left).isCloseTo(cross[m][c], within(1e-5 * size));
            }
        }
    }

    /** Fewer images than random features: they can be learnt by heart, which only fresh images reveal. */
    @Test
    void lambdaIsWhatServesTheHeldOutImages() {
        int[] positions = cycle(0, 2, 16);
        Features training = new Features(features(cycle(0, 1, 16), 1), positions);
        Features fresh = new Features(features(cycle(0, 1, 16), 2), positions);
        assertThat(ridge(training, training)).isEqualTo(0.01);
        assertThat(ridge(training, fresh)).isGreaterThan(1);
        assertThat(ridge(training, new Features(new float[0], new int[0]))).isEqualTo(300);
    }

    /** A first task that cannot be learnt wants a large lambda, a second one that is learnt by heart a small one. */
    @Test
    void theSumOverTasksOutvotesTheLastTask() {
        int[] first = cycle(0, 2, 160);
        int[] second = cycle(2, 4, 16);
        Features unlearnable = new Features(features(cycle(0, 1, 160), 1), first);
        Features fresh = new Features(features(cycle(0, 1, 160), 2), first);
        Features known = new Features(features(second, 3), second);
        double[] ridges = new double[2];
        for (int rule = 0; rule < 2; rule++) {
            AnalyticStatistics statistics =
                    new AnalyticStatistics(FEATURES, 200, rule == 0 ? RidgeRule.TASK : RidgeRule.SUM, 1);
            statistics.add(engine, unlearnable, fresh, 2);
            double[] losses = statistics.gathered().losses();
            statistics.add(engine, known, known, 4);
            ridges[rule] = statistics.gathered().ridge();
            for (int i = 0; i < losses.length; i++) {
                assertThat(statistics.gathered().losses()[i]).isGreaterThan(losses[i]);
            }
        }
        assertThat(ridges[0]).isEqualTo(0.01);
        assertThat(ridges[1]).isGreaterThan(1);
    }

    @Test
    void aFixedLambdaStays() {
        AnalyticStatistics statistics = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.fixed(0.3), 1);
        int[] positions = cycle(0, 2, 40);
        add(statistics, features(positions, 1), positions, 2);
        assertThat(statistics.gathered().ridge()).isEqualTo(0.3);
    }

    @Test
    void rulesHaveNames() {
        for (String name : new String[] {"task", "sum", "0.25"}) {
            assertThat(RidgeRule.parse(name).optionName()).isEqualTo(name);
        }
        for (String name : new String[] {"", "mean", "0", "-1", "NaN", "Infinity"}) {
            assertThatThrownBy(() -> RidgeRule.parse(name))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("ridge");
        }
    }

    /** Lambda stands on the diagonal only while G is factorised. */
    @Test
    void choosingLambdaLeavesTheStatisticsAsTheyAre() {
        int[] positions = cycle(0, 2, 40);
        Features training = new Features(features(positions, 1), positions);
        AnalyticStatistics chosen = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.TASK, 1);
        AnalyticStatistics fixed = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.fixed(1), 1);
        for (AnalyticStatistics each : new AnalyticStatistics[] {chosen, fixed}) {
            each.add(engine, training, training, 2);
        }
        chosen.head(engine);
        assertThat(chosen.gathered().gram()).containsExactly(fixed.gathered().gram());
    }

    private static double ridge(Features training, Features heldOut) {
        AnalyticStatistics statistics = new AnalyticStatistics(FEATURES, 200, RidgeRule.TASK, 1);
        statistics.add(engine, training, heldOut, 2);
        return statistics.gathered().ridge();
    }

    @Test
    void tellsClassesApartThatItNeverSawTogether() {
        AnalyticStatistics statistics = new AnalyticStatistics(FEATURES, 200, RidgeRule.TASK, 1);
        for (int task = 0; task < 3; task++) {
            int[] positions = cycle(2 * task, 2 * task + 2, 100);
            add(statistics, features(positions, task), positions, 2 * task + 2);
        }
        int[] test = cycle(0, 6, 120);
        float[] logits = statistics.head(engine).logits(features(test, 99));
        int correct = 0;
        for (int i = 0; i < test.length; i++) {
            int best = 0;
            for (int c = 1; c < 6; c++) {
                best = logits[i * 6 + c] > logits[i * 6 + best] ? c : best;
            }
            correct += best == test[i] ? 1 : 0;
        }
        assertThat(correct).isGreaterThan(102);
    }

    @Test
    void logitsInTheEngineAreThoseOfTheHead() {
        int[] positions = cycle(0, 3, 2300);
        float[] features = features(positions, 4);
        AnalyticStatistics statistics = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.TASK, 1);
        add(statistics, features, positions, 3);
        AnalyticHead head = statistics.head(engine);
        assertThat(HeadLogits.of(engine, head, features))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(head.logits(features));
    }

    @Test
    void goesOnFromASavedState() {
        int[] first = cycle(0, 2, 40);
        int[] second = cycle(2, 3, 20);
        AnalyticStatistics through = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.TASK, 1);
        add(through, features(first, 1), first, 2);
        AnalyticStatistics resumed = new AnalyticStatistics(through.projection(), RidgeRule.TASK, through.gathered());
        add(through, features(second, 2), second, 3);
        add(resumed, features(second, 2), second, 3);
        assertThat(resumed.gathered().ridge()).isEqualTo(through.gathered().ridge());
        assertThat(resumed.head(engine).weight().data())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(through.head(engine).weight().data());
        assertThatThrownBy(() -> new AnalyticStatistics(Matrix.zeros(FEATURES, 7), RidgeRule.TASK, through.gathered()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void managesWithTooFewImagesToHoldOneOut() {
        AnalyticStatistics statistics = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.TASK, 1);
        int[] positions = {0, 1, 0};
        add(statistics, features(positions, 1), positions, 2);
        assertThat(statistics.head(engine).weight().data()).doesNotContain(Float.NaN);
    }

    @Test
    void refusesFeaturesThatAreNoNumbersOrAllZero() {
        AnalyticStatistics statistics = new AnalyticStatistics(FEATURES, WIDTH, RidgeRule.TASK, 1);
        int[] positions = cycle(0, 2, 10);
        float[] broken = features(positions, 1);
        broken[7] = Float.NaN;
        assertThatThrownBy(() -> add(statistics, broken, positions, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("NaN");
        add(statistics, new float[10 * FEATURES], positions, 2);
        assertThatThrownBy(() -> statistics.head(engine))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not positive definite");
    }
}
