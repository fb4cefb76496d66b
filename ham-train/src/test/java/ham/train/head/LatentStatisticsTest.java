package ham.train.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.tensor.Matrix;
import ham.train.TinyVit;
import ham.train.engine.TorchEngine;
import ham.train.feature.TailExtractor;
import ham.train.replay.ClassLatents;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentStatisticsTest {
    private static final int STATE = 2 * TinyVit.WIDTH;
    private static final int RANDOM = 24;
    /** More than are worked on at a time, as there are more images than that. */
    private static final int CLASSES = 24;

    private static final int DRAWS = 300;

    private TorchEngine engine;
    private VitForward vit;
    private TailExtractor frozen;
    private Matrix projection;
    private ClassLatents classes;
    private float[] states;
    private int[] positions;

    @BeforeEach
    void open(@TempDir Path folder) {
        Checkpoint checkpoint = TinyVit.in(folder);
        engine = TorchEngine.open("cpu", 1);
        vit = new VitForward(engine, checkpoint);
        frozen = new TailExtractor(vit, new TreeMap<>());
        Random random = new Random(3);
        float[] values = new float[TinyVit.WIDTH * RANDOM];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        projection = new Matrix(TinyVit.WIDTH, RANDOM, values);
        draw(random);
        classes = new ClassLatents(STATE, 1);
        classes.add(states, positions, CLASSES);
    }

    private static int images(int position) {
        return 20 + 4 * position;
    }

    /** States that are not Gaussian: half of a class is mirrored, and all are bent. */
    private void draw(Random random) {
        positions = IntStream.range(0, CLASSES)
                .flatMap(position -> IntStream.generate(() -> position).limit(images(position)))
                .toArray();
        states = new float[positions.length * STATE];
        float[] centres = new float[CLASSES * STATE];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < positions.length; i++) {
            int sign = random.nextBoolean() ? 1 : -1;
            for (int a = 0; a < STATE; a++) {
                double noise = random.nextGaussian();
                states[i * STATE + a] = (float) (sign * centres[positions[i] * STATE + a] + 0.3 * noise * noise);
            }
        }
    }

    @AfterEach
    void close() {
        frozen.close();
        vit.close();
        engine.close();
    }

    private LatentStatistics statistics() {
        LatentStatistics statistics =
                new LatentStatistics(engine, frozen, projection, vit.config().mlp(), 5);
        statistics.add(states, positions, classes);
        return statistics;
    }

    private SortedMap<String, Matrix> deltas() {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        Random random = new Random(8);
        for (Target target : new Target[] {Target.FC1, Target.FC2, Target.ATTENTION_OUTPUT}) {
            float[] values = new float[target.outputs(vit.config()) * target.inputs(vit.config())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.15 * random.nextGaussian());
            }
            deltas.put(
                    vit.names().weight(vit.config().layers() - 1, target),
                    new Matrix(target.outputs(vit.config()), target.inputs(vit.config()), values));
        }
        return deltas;
    }

    /** G and Q, transposed, of some states through a model, in one array. */
    private double[] sums(TailExtractor model, float[] values, int[] labels, IntToDoubleFunction weights) {
        float[] features = model.features(values);
        double[] sums = new double[RANDOM * RANDOM + CLASSES * RANDOM];
        double[] hidden = new double[RANDOM];
        for (int i = 0; i < labels.length; i++) {
            double weight = weights.applyAsDouble(labels[i]);
            for (int j = 0; j < RANDOM; j++) {
                double sum = 0;
                for (int k = 0; k < TinyVit.WIDTH; k++) {
                    sum += features[i * TinyVit.WIDTH + k] * projection.get(k, j);
                }
                hidden[j] = Math.max(0, sum);
            }
            for (int a = 0; a < RANDOM; a++) {
                for (int b = 0; b < RANDOM; b++) {
                    sums[a * RANDOM + b] += weight * hidden[a] * hidden[b];
                }
                sums[RANDOM * RANDOM + labels[i] * RANDOM + a] += weight * hidden[a];
            }
        }
        return sums;
    }

    private static double[] sums(RenewedStatistics renewed) {
        double[] sums = new double[renewed.gram().length + renewed.cross().length];
        System.arraycopy(renewed.gram(), 0, sums, 0, renewed.gram().length);
        System.arraycopy(renewed.cross(), 0, sums, renewed.gram().length, renewed.cross().length);
        return sums;
    }

    private static double distance(double[] first, double[] second, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.pow(first[i] - second[i], 2);
        }
        return Math.sqrt(sum);
    }

    @Test
    void isExactForAModelThatDidNotChange() {
        try (LatentStatistics statistics = statistics()) {
            double[] expected = sums(frozen, states, positions, position -> 1);
            double[] found = sums(statistics.renew(frozen));
            for (int i = 0; i < expected.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], within(1e-3 * (1 + Math.abs(expected[i]))));
            }
        }
    }

    /** For a model that changed, G and Q are far nearer to the truth than the old ones, and than those of drawn states alone. */
    @Test
    void comesNearerThanOldStatisticsAndThanDrawnStates() {
        try (LatentStatistics statistics = statistics();
                TailExtractor present = new TailExtractor(vit, deltas())) {
            double[] truth = sums(present, states, positions, position -> 1);
            float[] drawn = new float[CLASSES * DRAWS * STATE];
            classes.draw(0, DRAWS, new Random(6), drawn);
            int[] labels =
                    IntStream.range(0, CLASSES * DRAWS).map(i -> i / DRAWS).toArray();
            double[] old = sums(frozen, states, positions, position -> 1);
            double[] alone = sums(present, drawn, labels, position -> images(position) / (double) DRAWS);
            double[] renewed = sums(statistics.renew(present));
            int gram = RANDOM * RANDOM;
            for (int[] part : new int[][] {{0, gram}, {gram, truth.length}}) {
                assertThat(distance(renewed, truth, part[0], part[1]))
                        .isLessThan(0.25 * distance(old, truth, part[0], part[1]))
                        .isLessThan(0.75 * distance(alone, truth, part[0], part[1]));
            }
        }
    }

    @Test
    void prototypesAreThoseOfThePresentModel() {
        SortedMap<String, Matrix> none = new TreeMap<>();
        try (LatentStatistics statistics = statistics()) {
            assertThat(prototypeError(statistics, none, none)).isLessThan(1e-4);
            double old = prototypeError(statistics, none, deltas());
            assertThat(prototypeError(statistics, deltas(), deltas())).isLessThan(0.25 * old);
        }
    }

    /** Distance between prototypes made anew for one model and those of all images through another. */
    private double prototypeError(
            LatentStatistics statistics, SortedMap<String, Matrix> renewed, SortedMap<String, Matrix> truth) {
        try (TailExtractor present = new TailExtractor(vit, renewed);
                TailExtractor model = new TailExtractor(vit, truth)) {
            PrototypeStatistics expected = new PrototypeStatistics(TinyVit.WIDTH);
            expected.add(new Features(model.features(states), positions), CLASSES);
            PrototypeStatistics found = new PrototypeStatistics(expected.head().weight());
            found.renew(statistics.renew(present));
            float[] directions = found.head().weight().data();
            double sum = 0;
            for (int i = 0; i < directions.length; i++) {
                sum += Math.pow(directions[i] - expected.head().weight().get(i / TinyVit.WIDTH, i % TinyVit.WIDTH), 2);
            }
            return Math.sqrt(sum);
        }
    }

    @Test
    void refusesAModelWhoseActivationsAreNotFinite() {
        SortedMap<String, Matrix> deltas = deltas();
        deltas.get(deltas.firstKey()).data()[0] = Float.POSITIVE_INFINITY;
        try (LatentStatistics statistics = statistics();
                TailExtractor present = new TailExtractor(vit, deltas)) {
            assertThatThrownBy(() -> statistics.renew(present))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("expected finite activations");
        }
    }

    @Test
    void goesOnFromItsSumsToTheSameBits() {
        ClassLatents met = new ClassLatents(STATE, 1);
        try (LatentStatistics statistics = new LatentStatistics(
                        engine, frozen, projection, vit.config().mlp(), 5);
                TailExtractor present = new TailExtractor(vit, deltas())) {
            addTask(statistics, met, 0, 21);
            addTask(statistics, met, 21, CLASSES);
            try (LatentStatistics again = new LatentStatistics(engine, frozen, projection, 5, statistics.sums())) {
                assertThat(sums(again.renew(present))).containsExactly(sums(statistics.renew(present)));
            }
        }
    }

    private void addTask(LatentStatistics statistics, ClassLatents met, int from, int to) {
        int[] rows = IntStream.range(0, positions.length)
                .filter(i -> positions[i] >= from && positions[i] < to)
                .toArray();
        float[] values = new float[rows.length * STATE];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(states, rows[i] * STATE, values, i * STATE, STATE);
        }
        int[] labels = Arrays.stream(rows).map(i -> positions[i]).toArray();
        met.add(values, labels, to);
        statistics.add(values, labels, met);
    }

    @Test
    void refusesWhatIsLargerThanAnArray() {
        LatentStatistics.requireFit(10_000, 768, 3072, 1000);
        assertThatThrownBy(() -> LatentStatistics.requireFit(46_340, 192, 768, 100))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("drift states", "projection 46340");
        assertThatThrownBy(() -> LatentStatistics.requireFit(2000, 768, 3072, 10_000))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("at most 4660 classes", "found 10000");
    }
}
