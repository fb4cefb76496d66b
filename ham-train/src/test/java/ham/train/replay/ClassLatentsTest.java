package ham.train.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClassLatentsTest {
    private static final int WIDTH = 3;
    private static final int IMAGES = 400;

    /** Two classes around (5, 0, 0) and (-5, 0, 0); the second coordinate follows the third. */
    private static ClassLatents states() {
        Random random = new Random(1);
        float[] values = new float[2 * IMAGES * WIDTH];
        int[] positions = new int[2 * IMAGES];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i % 2;
            double shared = random.nextGaussian();
            values[i * WIDTH] = (float) ((positions[i] == 0 ? 5 : -5) + random.nextGaussian());
            values[i * WIDTH + 1] = (float) (2 * shared);
            values[i * WIDTH + 2] = (float) shared;
        }
        ClassLatents states = new ClassLatents(WIDTH, 7);
        states.add(values, positions, 2);
        return states;
    }

    @Test
    void drawsStatesLikeThoseThatItSaw() {
        ClassLatents states = states();
        int count = 4000;
        float[] drawn = new float[2 * count * WIDTH];
        states.draw(0, count, new Random(2), drawn);
        for (int position = 0; position < 2; position++) {
            double[] mean = new double[WIDTH];
            double[] square = new double[WIDTH];
            double product = 0;
            for (int i = position * count; i < (position + 1) * count; i++) {
                for (int a = 0; a < WIDTH; a++) {
                    mean[a] += drawn[i * WIDTH + a] / count;
                    square[a] += Math.pow(drawn[i * WIDTH + a], 2) / count;
                }
                product += drawn[i * WIDTH + 1] * (double) drawn[i * WIDTH + 2] / count;
            }
            assertThat(mean[0]).isCloseTo(position == 0 ? 5 : -5, within(0.15));
            assertThat(mean[1]).isCloseTo(0, within(0.25));
            assertThat(square[0] - mean[0] * mean[0]).isCloseTo(1, within(0.25));
            assertThat(square[1]).isCloseTo(4, within(0.8));
            assertThat(square[2]).isCloseTo(1, within(0.2));
            assertThat(product).isCloseTo(2, within(0.4));
        }
    }

    @Test
    void remembersMeansOfNeighboursAndNothingElse() {
        ClassLatents states = states();
        assertThat(states.classes()).isEqualTo(2);
        for (int position = 0; position < 2; position++) {
            assertThat(states.means().get(position)).hasSize(10 * WIDTH);
            assertThat(Arrays.stream(states.counts().get(position)).sum()).isEqualTo(IMAGES);
        }
    }

    @Test
    void goesOnFromWhatItGave() {
        ClassLatents states = states();
        ClassLatents again = new ClassLatents(WIDTH, 7, states.means(), states.counts(), states.scatter());
        for (ClassLatents each : new ClassLatents[] {states, again}) {
            each.add(new float[] {1, 2, 3, 3, 2, 1}, new int[] {2, 2}, 3);
        }
        assertThat(again.differences(5, new Random(3))).containsExactly(states.differences(5, new Random(3)));
        assertThat(again.means().get(2)).containsExactly(states.means().get(2));
    }

    @Test
    void oneStateIsItsOwnMean() {
        ClassLatents states = new ClassLatents(2, 1);
        states.add(new float[] {3, 4}, new int[] {0}, 1);
        float[] drawn = new float[2 * 2];
        states.draw(0, 2, new Random(4), drawn);
        assertThat(drawn).containsExactly(3, 4, 3, 4);
    }

    @Test
    void refusesAClassWithoutStates() {
        assertThatThrownBy(() -> new ClassLatents(2, 1).add(new float[] {1, 2}, new int[] {0}, 2))
                .hasMessageContaining("no state of class position 1");
    }

    @Test
    void aStepIsReplayedTheSameAndStepsDiffer() {
        ClassLatents states = states();
        LatentReplay replay = new LatentReplay(states, values -> new float[values.length / WIDTH], 64, 5, 3);
        LatentReplay again = new LatentReplay(states, values -> new float[values.length / WIDTH], 64, 5, 3);
        ReplayedLatents drawn = replay.draw(4);
        assertThat(again.draw(4).values()).containsExactly(drawn.values());
        assertThat(replay.draw(5).values()).isNotEqualTo(drawn.values());
        assertThat(drawn.positions()).hasSize(64).containsOnly(0, 1);
        assertThat(drawn.features()).hasSize(64);
        for (int i = 0; i < 64; i++) {
            assertThat(drawn.values()[i * WIDTH] > 0).isEqualTo(drawn.positions()[i] == 0);
        }
    }
}
