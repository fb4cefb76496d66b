package ham.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OrderStatisticsTest {
    private static long[] ranks(int n) {
        return LongStream.rangeClosed(1, n).toArray();
    }

    @Test
    void agreesWithTablesForTheMedian() {
        // Tables of 95 % intervals for the median: n = 10: ranks 2 and 9; n = 20: 6 and 15; n = 50: 18 and 33; n = 100:
        // 40 and 61.
        int[][] table = {{10, 2, 9}, {20, 6, 15}, {50, 18, 33}, {100, 40, 61}};
        for (int[] row : table) {
            assertThat(OrderStatistics.interval(ranks(row[0]), 0.5, 0.95))
                    .isEqualTo(new ConfidenceInterval(row[1], row[2]));
        }
    }

    @Test
    void saysWhenThereAreTooFewSamples() {
        assertThat(OrderStatistics.interval(ranks(5), 0.5, 0.95).halfWidth()).isInfinite();
        // 0.99^n <= 0.025 from n = 368 on
        assertThat(OrderStatistics.interval(ranks(367), 0.99, 0.95).high()).isNaN();
        assertThat(OrderStatistics.interval(ranks(368), 0.99, 0.95).high()).isEqualTo(368);
        assertThat(OrderStatistics.interval(ranks(1), 0.9, 0.95).low()).isNaN();
    }

    @Test
    void isNearTheNormalApproximationForManySamples() {
        int n = 1_000_000;
        ConfidenceInterval interval = OrderStatistics.interval(ranks(n), 0.9, 0.95);
        double half = 1.96 * Math.sqrt(n * 0.9 * 0.1);
        assertThat(interval.low()).isCloseTo(0.9 * n - half, within(3.0));
        assertThat(interval.high()).isCloseTo(0.9 * n + half, within(3.0));
    }

    @Test
    void coversTheTruthAsOftenAsItSays() {
        SplittableRandom random = new SplittableRandom(11);
        for (double fraction : new double[] {0.5, 0.9}) {
            int covered = 0;
            for (int trial = 0; trial < 2000; trial++) {
                long[] sorted = random.longs(200, 0, 1_000_000).sorted().toArray();
                ConfidenceInterval interval = OrderStatistics.interval(sorted, fraction, 0.95);
                double truth = fraction * 1_000_000;
                covered += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
            }
            assertThat(covered / 2000.0).isBetween(0.94, 0.99);
        }
    }

    @Test
    void quantilesAreThePercentiles() {
        LatencySamples samples = new LatencySamples();
        Arrays.stream(ranks(401)).forEach(samples::add);
        double[] quantiles = samples.quantiles(200);
        assertThat(quantiles).hasSize(201);
        assertThat(quantiles[0]).isEqualTo(1);
        assertThat(quantiles[100]).isEqualTo(samples.percentile(0.5));
        assertThat(quantiles[200]).isEqualTo(401);
        assertThat(samples.interval(0.5, 0.95).low()).isLessThan(201);
    }
}
