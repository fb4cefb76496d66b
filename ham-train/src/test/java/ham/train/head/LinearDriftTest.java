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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LinearDriftTest {
    private static final int WIDTH = 6;
    private static final int IMAGES = 400;

    private static TorchEngine engine;

    @BeforeAll
    static void open() {
        engine = TorchEngine.open("cpu", 1);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static float[] random(long seed, int count, double scale) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    /** The identity, a little changed. */
    private static Matrix turn(long seed) {
        float[] values = random(seed, WIDTH * WIDTH, 0.2);
        for (int i = 0; i < WIDTH; i++) {
            values[i * WIDTH + i] += 1;
        }
        return new Matrix(WIDTH, WIDTH, values);
    }

    private static float[] moved(float[] features, Matrix map) {
        return LinearDrift.product(engine, new Matrix(features.length / WIDTH, WIDTH, features), map)
                .data();
    }

    private static int[] positions(int classes) {
        int[] positions = new int[IMAGES];
        Arrays.setAll(positions, i -> i % classes);
        return positions;
    }

    @Test
    void isTheIdentityWhereFeaturesDidNotMove() {
        float[] features = random(1, IMAGES * WIDTH, 3);
        assertThat(LinearDrift.between(engine, WIDTH, features, features.clone())
                        .data())
                .containsExactly(LinearDrift.between(engine, WIDTH, random(2, WIDTH, 1), random(2, WIDTH, 1))
                        .data())
                .hasSize(WIDTH * WIDTH)
                .startsWith(1, 0)
                .endsWith(0, 1);
    }

    @Test
    void findsTheMapThatMovedThem() {
        Matrix map = turn(3);
        float[] features = random(1, IMAGES * WIDTH, 3);
        Matrix found = LinearDrift.between(engine, WIDTH, features, moved(features, map));
        // Features alike in all directions: 0.3 of the mean diagonal leaves 1 / 1.3 of what differs from the identity.
        for (int i = 0; i < WIDTH * WIDTH; i++) {
            float identity = i % (WIDTH + 1) == 0 ? 1 : 0;
            assertThat(found.data()[i]).isCloseTo(identity + (map.data()[i] - identity) / 1.3f, within(0.05f));
        }
    }

    @Test
    void staysNearTheIdentityWithFewerImagesThanDimensions() {
        float[] features = random(1, 2 * WIDTH, 3);
        float[] moved = moved(features, turn(3));
        Matrix found = LinearDrift.between(engine, WIDTH, features, moved);
        float[] mapped = moved(features, found);
        double before = 0;
        double after = 0;
        for (int i = 0; i < moved.length; i++) {
            before += Math.abs(features[i] - moved[i]);
            after += Math.abs(mapped[i] - moved[i]);
        }
        assertThat(after).isLessThan(0.1 * before);
    }

    @Test
    void letsOldStatisticsServeFeaturesThatTurned() {
        Matrix map = turn(4);
        float[] old = random(1, IMAGES * WIDTH, 3);
        float[] present = random(2, IMAGES * WIDTH, 3);
        AnalyticStatistics analytic = new AnalyticStatistics(engine, WIDTH, 40, RidgeRule.fixed(0.1), 1, Shelf.NONE);
        analytic.add(new Features(old, positions(3)), new Features(new float[0], new int[0]), 3);
        AnalyticHead before = analytic.head();
        analytic.follow(new Features(present, positions(3)), new Features(moved(present, map), positions(3)));
        float[] expected = before.logits(old);
        float[] found = analytic.head().logits(moved(old, map));
        float[] without = before.logits(moved(old, map));
        assertThat(distance(found, expected)).isLessThan(0.4 * distance(without, expected));
        assertThat(analytic.head().weight()).isEqualTo(before.weight());
    }

    @Test
    void takesPrototypesAlong() {
        Matrix map = turn(4);
        float[] present = random(2, IMAGES * WIDTH, 3);
        PrototypeStatistics prototypes = new PrototypeStatistics(WIDTH);
        float[] old = random(1, IMAGES * WIDTH, 1);
        for (int i = 0; i < IMAGES; i++) {
            old[i * WIDTH + i % 3] += 5;
        }
        prototypes.add(new Features(old, positions(3)), 3);
        PrototypeStatistics anew = new PrototypeStatistics(WIDTH);
        anew.add(new Features(moved(old, map), positions(3)), 3);
        float[] expected = anew.head().weight().data();
        float[] without = prototypes.head().weight().data();
        prototypes.follow(engine, new Features(present, positions(3)), new Features(moved(present, map), positions(3)));
        assertThat(distance(prototypes.head().weight().data(), expected)).isLessThan(0.5 * distance(without, expected));
    }

    @Test
    void beginsWithoutPrototypes() {
        PrototypeStatistics prototypes = new PrototypeStatistics(WIDTH);
        Features some = new Features(random(1, WIDTH, 1), new int[1]);
        prototypes.follow(engine, some, some);
        assertThat(prototypes.classes()).isZero();
    }

    @Test
    void refusesFeaturesThatAreNotFinite() {
        float[] features = random(1, IMAGES * WIDTH, 3);
        features[7] = Float.NaN;
        assertThatThrownBy(() -> LinearDrift.between(engine, WIDTH, features, features))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("drift compensation");
    }

    private static double distance(float[] first, float[] second) {
        double sum = 0;
        for (int i = 0; i < first.length; i++) {
            sum += Math.pow(first[i] - second[i], 2);
        }
        return Math.sqrt(sum);
    }
}
