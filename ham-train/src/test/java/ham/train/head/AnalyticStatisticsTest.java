package ham.train.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.head.AnalyticHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalyticStatisticsTest {
    private static final int WIDTH = 24;
    private static final int FEATURES = 5;

    private static TorchEngine engine;

    @TempDir
    private Path temp;

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
        statistics.add(part(features, positions, i -> i % 10 != 9), part(features, positions, i -> i % 10 == 9), seen);
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
        AnalyticStatistics whole = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.fixed(10), 1, Shelf.NONE);
        whole.add(all, new Features(new float[0], new int[0]), 3);
        AnalyticStatistics rest = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.fixed(10), 1, Shelf.NONE);
        rest.add(others, new Features(new float[0], new int[0]), 3);
        assertThat(whole.headWithout(some).weight().data())
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(rest.head().weight().data());
        assertThat(whole.head().weight()).isNotEqualTo(rest.head().weight());
    }

    @Test
    void takesLambdaFromElsewhere() {
        int[] positions = cycle(0, 3, 60);
        Features all = new Features(features(positions, 1), positions);
        AnalyticStatistics fixed = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.fixed(10), 1, Shelf.NONE);
        fixed.add(all, new Features(new float[0], new int[0]), 3);
        AnalyticStatistics told = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.SUM, 1, Shelf.NONE);
        told.add(all, 3, 10);
        assertThat(told.gathered().ridge()).isEqualTo(10);
        assertThat(told.head().weight()).isEqualTo(fixed.head().weight());
    }

    @Test
    void solvesTheRidgeRegressionOfAllImages() {
        int[] first = cycle(0, 2, 60);
        int[] second = cycle(2, 4, 50);
        AnalyticStatistics statistics = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.NONE);
        add(statistics, features(first, 1), first, 2);
        add(statistics, features(second, 2), second, 4);
        AnalyticHead head = statistics.head();
        double[][] gram = new double[WIDTH][WIDTH];
        double[][] cross = new double[WIDTH][4];
        accumulate(statistics.projection().matrix(), features(first, 1), first, gram, cross);
        accumulate(statistics.projection().matrix(), features(second, 2), second, gram, cross);
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
            AnalyticStatistics statistics = new AnalyticStatistics(
                    engine, FEATURES, 200, rule == 0 ? RidgeRule.TASK : RidgeRule.SUM, 1, Shelf.NONE);
            statistics.add(unlearnable, fresh, 2);
            double[] losses = statistics.gathered().losses();
            statistics.add(known, known, 4);
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
        AnalyticStatistics statistics =
                new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.fixed(0.3), 1, Shelf.NONE);
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
        AnalyticStatistics chosen = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.NONE);
        AnalyticStatistics fixed = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.fixed(1), 1, Shelf.NONE);
        for (AnalyticStatistics each : new AnalyticStatistics[] {chosen, fixed}) {
            each.add(training, training, 2);
        }
        chosen.head();
        assertThat(chosen.gram().rows(0, WIDTH)).containsExactly(fixed.gram().rows(0, WIDTH));
    }

    private static double ridge(Features training, Features heldOut) {
        AnalyticStatistics statistics = new AnalyticStatistics(engine, FEATURES, 200, RidgeRule.TASK, 1, Shelf.NONE);
        statistics.add(training, heldOut, 2);
        return statistics.gathered().ridge();
    }

    @Test
    void tellsClassesApartThatItNeverSawTogether() {
        AnalyticStatistics statistics = new AnalyticStatistics(engine, FEATURES, 200, RidgeRule.TASK, 1, Shelf.NONE);
        for (int task = 0; task < 3; task++) {
            int[] positions = cycle(2 * task, 2 * task + 2, 100);
            add(statistics, features(positions, task), positions, 2 * task + 2);
        }
        int[] test = cycle(0, 6, 120);
        float[] logits = statistics.head().logits(features(test, 99));
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
        AnalyticStatistics statistics = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.NONE);
        add(statistics, features, positions, 3);
        AnalyticHead head = statistics.head();
        assertThat(HeadLogits.of(engine, head, features))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(head.logits(features));
    }

    /** Statistics that followed features give up images of before as if these had never been added. */
    @Test
    void takesImagesOutAgainThatWereAddedBeforeFeaturesMoved() {
        int[] first = cycle(0, 2, 40);
        int[] held = cycle(0, 2, 6);
        int[] second = cycle(2, 3, 20);
        Features old = new Features(features(second, 2), second);
        Features moved = new Features(features(second, 5), second);
        AnalyticStatistics all = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.fixed(10), 1, Shelf.NONE);
        AnalyticStatistics rest = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.fixed(10), 1, Shelf.NONE);
        Features none = new Features(new float[0], new int[0]);
        Features given = new Features(features(held, 3), held);
        all.add(new Features(features(first, 1), first), given, 2);
        rest.add(new Features(features(first, 1), first), none, 2);
        Features counted = all.asCounted(given);
        all.follow(old, moved);
        rest.follow(old, moved);
        assertThat(all.map()).isPresent();
        Features later = new Features(features(held, 4), held);
        counted = counted.and(all.asCounted(later));
        all.add(moved, later, 3);
        rest.add(moved, none, 3);
        assertThat(all.headWithout(counted).weight().data())
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(rest.head().weight().data());
        assertThat(all.headWithout(counted).projection()).isEqualTo(rest.head().projection());
    }

    @Test
    void goesOnFromASavedState() {
        int[] first = cycle(0, 2, 40);
        int[] second = cycle(2, 3, 20);
        AnalyticStatistics through = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.NONE);
        add(through, features(first, 1), first, 2);
        AnalyticStatistics resumed = new AnalyticStatistics(
                engine,
                through.drawn().orElseThrow(),
                RidgeRule.TASK,
                through.map(),
                saved(through.gram()),
                through.gathered());
        add(through, features(second, 2), second, 3);
        add(resumed, features(second, 2), second, 3);
        assertThat(resumed.gathered().ridge()).isEqualTo(through.gathered().ridge());
        assertThat(resumed.head().weight().data())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(through.head().weight().data());
        assertThatThrownBy(() -> new AnalyticStatistics(
                        engine, Matrix.zeros(FEATURES, 7), RidgeRule.TASK, through.gram(), through.gathered()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theShelfChangesNothing() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("shelf"));
        AnalyticStatistics inMemory = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.NONE);
        AnalyticStatistics shelved =
                new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.in(folder, 0));
        assertThat(saved(shelved.gram()).rows(0, WIDTH)).containsOnly(0);
        assertThat(shelved.gram().copy().rows(0, WIDTH)).containsOnly(0);
        int[] first = cycle(0, 2, 40);
        int[] second = cycle(2, 3, 20);
        Features some = part(features(first, 1), first, i -> i % 3 == 1);
        for (AnalyticStatistics each : List.of(inMemory, shelved)) {
            add(each, features(first, 1), first, 2);
            each.head();
            add(each, features(second, 2), second, 3);
        }
        assertThat(shelved.gram().rests()).isTrue();
        assertThat(inMemory.gram().rests()).isFalse();
        assertThat(shelved.head().weight()).isEqualTo(inMemory.head().weight());
        assertThat(shelved.headWithout(some).weight())
                .isEqualTo(inMemory.headWithout(some).weight());
        assertThat(saved(shelved.gram()).rows(0, WIDTH))
                .containsExactly(saved(inMemory.gram()).rows(0, WIDTH));
        shelved.close();
        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(() -> new AnalyticStatistics(
                        engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.in(temp.resolve("none"), 0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none");
    }

    private Gram saved(Gram gram) {
        Path file = temp.resolve("gram.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        gram.add(writer, "gram");
        writer.write(file);
        return Gram.read(engine, gram.width(), Shelf.NONE, SafetensorsFile.open(file), "gram");
    }

    /** Pieces of one row, of some rows, and of all. */
    @Test
    void movesGInPiecesOfAnySize() {
        double[] values = new Random(3).doubles(WIDTH * WIDTH).toArray();
        for (int piece : new int[] {1, 3 * WIDTH + 1, WIDTH * WIDTH}) {
            Gram gram = Gram.zeros(engine, WIDTH, Shelf.NONE, piece);
            gram.set(values);
            assertThat(gram.rows(0, WIDTH)).containsExactly(values);
            double[] read = saved(gram).rows(0, WIDTH);
            for (int row = 0; row < WIDTH; row++) {
                for (int column = 0; column < WIDTH; column++) {
                    assertThat(read[row * WIDTH + column]).isEqualTo(column > row ? 0 : values[row * WIDTH + column]);
                }
            }
        }
    }

    /** What releases up to 0.1.0 wrote. */
    @Test
    void readsTheWholeOfG() {
        double[] values = new Random(4).doubles(WIDTH * WIDTH).toArray();
        Path file = temp.resolve("whole.safetensors");
        new SafetensorsWriter()
                .add("gram", List.of((long) WIDTH, (long) WIDTH), values)
                .write(file);
        SafetensorsFile written = SafetensorsFile.open(file);
        assertThat(Gram.read(engine, WIDTH, Shelf.NONE, written, "gram").rows(0, WIDTH))
                .containsExactly(values);
        assertThatThrownBy(() -> Gram.read(engine, WIDTH + 1, Shelf.NONE, written, "gram"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "'gram': expected the statistics of 25 random features, found the shape [24, 24]");
    }

    @Test
    void managesWithTooFewImagesToHoldOneOut() {
        AnalyticStatistics statistics = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.NONE);
        int[] positions = {0, 1, 0};
        add(statistics, features(positions, 1), positions, 2);
        assertThat(statistics.head().weight().data()).doesNotContain(Float.NaN);
    }

    @Test
    void refusesFeaturesThatAreNoNumbersOrAllZero() {
        AnalyticStatistics statistics = new AnalyticStatistics(engine, FEATURES, WIDTH, RidgeRule.TASK, 1, Shelf.NONE);
        int[] positions = cycle(0, 2, 10);
        float[] broken = features(positions, 1);
        broken[7] = Float.NaN;
        assertThatThrownBy(() -> add(statistics, broken, positions, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("NaN");
        add(statistics, new float[10 * FEATURES], positions, 2);
        assertThatThrownBy(() -> statistics.head())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not positive definite");
    }
}
