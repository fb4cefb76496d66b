package ham.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.bench.traffic.Traffic;
import ham.bench.traffic.TrafficKind;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {
    private static final Traffic IN_TURN = new Traffic(TrafficKind.ROUND_ROBIN, 1, 10, 1);
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void measuresEveryQueryButTheFirst() {
        long[] next = {0};
        FakeBackend backend = new FakeBackend(() -> ++next[0] * 1_000);
        QueryLog log = new QueryLog();
        new ClosedLoop(backend, IN_TURN.over(3), 2, 4, HOUR).take(backend, log);

        assertThat(backend.queries).containsExactly(ints(0, 1), ints(2, 0), ints(1, 2), ints(0, 1), ints(2, 0));
        assertThat(log.latencies().toArray()).containsExactly(2_000, 3_000, 4_000, 5_000);
        assertThat(log.task(0)).isEqualTo(2);
        assertThat(log.due(1) - log.due(0)).isEqualTo(2_000);
        assertThat(log.queriesPerSecond()).isCloseTo(4 / 14e-6, within(1e-3));
    }

    private static int[] ints(int... values) {
        return values;
    }

    @Test
    void tellsSwitchesFromRepeats() {
        int[] tasks = {0, 0, 1, 1, 2};
        int[] at = {0};
        FakeBackend[] backend = new FakeBackend[1];
        backend[0] = new FakeBackend(() -> {
            int last = backend[0].queries.size() - 1;
            return last > 0
                            && backend[0].queries.get(last)[0]
                                    != backend[0].queries.get(last - 1)[0]
                    ? 700
                    : 100;
        });
        QueryLog log = new QueryLog();
        new ClosedLoop(backend[0], () -> tasks[at[0]++], 1, 4, HOUR).take(backend[0], log);

        assertThat(log.latencies(false).toArray()).containsExactly(100, 100);
        assertThat(log.latencies(true).toArray()).containsExactly(700, 700);
    }

    @Test
    void endsATurnAtItsLimitButAnswersOneQuery() {
        FakeBackend backend = new FakeBackend(() -> 40_000_000);
        QueryLog log = new QueryLog();
        new ClosedLoop(backend, IN_TURN.over(1), 1, 100, Duration.ofMillis(100)).take(backend, log);
        assertThat(log.count()).isEqualTo(3);
        new ClosedLoop(backend, IN_TURN.over(1), 1, 100, Duration.ZERO).take(backend, log);
        assertThat(log.count()).isEqualTo(4);
        assertThatThrownBy(() -> new ClosedLoop(backend, IN_TURN.over(1), 0, 1, HOUR))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Every query is longer than a turn may be, and still both of a pair are counted. */
    @Test
    void countsPairsWholeHoweverSlowTheyAre() {
        int[] count = {0};
        FakeBackend backend = new FakeBackend(() -> 300_000_000);
        QueryLog log = new QueryLog();
        ClosedLoop pairs = new ClosedLoop(backend, () -> count[0]++ / 2 % 5, 1, 24, 2, Duration.ofMillis(250));
        for (int turn = 0; turn < 3; turn++) {
            pairs.take(backend, log);
        }
        assertThat(log.latencies(false).count()).isEqualTo(3);
        assertThat(log.latencies(true).count()).isEqualTo(3);
        assertThatThrownBy(() -> new ClosedLoop(backend, IN_TURN.over(1), 1, 3, 2, HOUR))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void findsThePercentilesOfAKnownDistribution() {
        SplittableRandom random = new SplittableRandom(3);
        double mean = 2e6;
        FakeBackend backend = new FakeBackend(() -> Math.round(-mean * Math.log1p(-random.nextDouble()))).forgetful();
        QueryLog log = new QueryLog();
        new ClosedLoop(backend, IN_TURN.over(1), 1, 200_000, HOUR).take(backend, log);

        for (double fraction : new double[] {0.5, 0.9, 0.95, 0.99}) {
            double truth = -mean * Math.log1p(-fraction);
            assertThat(log.latencies().percentile(fraction)).isCloseTo(truth, within(0.02 * truth));
        }
        assertThat(log.queriesPerSecond()).isCloseTo(1e9 / mean, within(5.0));
    }
}
