package ham.train.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairedComparisonTest {
    private static boolean[] right(int images, double chance, Random random) {
        boolean[] right = new boolean[images];
        for (int i = 0; i < images; i++) {
            right[i] = random.nextDouble() < chance;
        }
        return right;
    }

    @Test
    void aMethodIsLevelWithItself() {
        boolean[][] same = {right(500, 0.7, new Random(1))};
        PairedComparison comparison = PairedComparison.of(same, same, 0);
        assertThat(comparison.difference()).isZero();
        assertThat(comparison.low()).isZero();
        assertThat(comparison.high()).isZero();
        assertThat(comparison.p()).isEqualTo(1);
    }

    @Test
    void exchangingTheMethodsExchangesTheSigns() {
        boolean[][] first = {right(800, 0.7, new Random(1)), right(800, 0.7, new Random(2))};
        boolean[][] second = {right(800, 0.6, new Random(3)), right(800, 0.6, new Random(4))};
        PairedComparison there = PairedComparison.of(first, second, 0);
        PairedComparison back = PairedComparison.of(second, first, 0);
        assertThat(back.difference()).isEqualTo(-there.difference());
        assertThat(back.low()).isCloseTo(-there.high(), within(5e-3));
        assertThat(back.onlyFirst()).isEqualTo(there.onlySecond());
        assertThat(back.p()).isEqualTo(there.p());
        assertThat(there.low()).isLessThan(there.difference());
        assertThat(there.high()).isGreaterThan(there.difference());
    }

    /** The plain bootstrap: images drawn one by one. */
    @Test
    void theIntervalIsThatOfDrawingImages() {
        Random random = new Random(9);
        for (double chance : new double[] {0.75, 0.98}) {
            boolean[][] first = {right(1000, chance, random), right(1000, chance, random)};
            boolean[][] second = {first[0].clone(), right(1000, 0.7, random)};
            for (int i = 0; i < 30; i++) {
                second[0][17 * i] = !second[0][17 * i];
            }
            double[] differences = new double[4000];
            for (int b = 0; b < differences.length; b++) {
                double sum = 0;
                for (int k = 0; k < 1000; k++) {
                    int i = random.nextInt(1000);
                    for (int r = 0; r < 2; r++) {
                        sum += (first[r][i] ? 1 : 0) - (second[r][i] ? 1 : 0);
                    }
                }
                differences[b] = sum / 2000;
            }
            Arrays.sort(differences);
            PairedComparison comparison = PairedComparison.of(first, second, 0);
            assertThat(comparison.low()).isCloseTo(differences[100], within(3e-3));
            assertThat(comparison.high()).isCloseTo(differences[3899], within(3e-3));
        }
    }

    /** The same probability in whole numbers. */
    @Test
    void mcNemarIsTheBinomialTail() {
        for (int[] each : new int[][] {{0, 0}, {0, 5}, {3, 11}, {40, 41}, {9, 30}}) {
            int discordant = each[0] + each[1];
            BigInteger tail = BigInteger.ZERO;
            BigInteger choose = BigInteger.ONE;
            for (int k = 0; k <= Math.min(each[0], each[1]); k++) {
                tail = tail.add(choose);
                choose = choose.multiply(BigInteger.valueOf(discordant - k)).divide(BigInteger.valueOf(k + 1));
            }
            double expected = Math.min(1, 2 * tail.doubleValue() / Math.pow(2, discordant));
            assertThat(PairedComparison.mcNemar(each[0], each[1])).isCloseTo(expected, within(1e-9));
            assertThat(PairedComparison.mcNemar(each[1], each[0])).isCloseTo(expected, within(1e-9));
        }
        assertThat(PairedComparison.mcNemar(4000, 4500)).isBetween(0.0, 1e-6);
    }

    @Test
    void answersComeBackFromTheirFile(@TempDir Path temp) {
        TreeMap<String, short[]> answers = new TreeMap<>();
        answers.put("ham/analytic", new short[] {3, -1, 300, 2});
        Predictions predictions = new Predictions(new short[] {3, -1, 4, 2}, answers);
        predictions.write(temp.resolve(Predictions.FILE));
        Predictions read = Predictions.read(temp.resolve(Predictions.FILE));
        assertThat(read.labels()).containsExactly(3, -1, 4, 2);
        assertThat(read.answers()).containsOnlyKeys("ham/analytic");
        assertThat(read.right("ham/analytic")).containsExactly(true, false, true);
    }
}
