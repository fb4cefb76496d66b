package ham.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.bench.traffic.Traffic;
import ham.bench.traffic.TrafficKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoissonArrivalsTest {
    private static final Traffic IN_TURN = new Traffic(TrafficKind.ROUND_ROBIN, 1, 10, 1);
    private static final double SERVICE = 2e6;
    private static final Duration LONG = Duration.ofDays(10_000);

    private static QueryLog run(LongSupplier service, double rate, int queries, Duration limit) {
        FakeBackend backend = new FakeBackend(service).forgetful();
        QueryLog log = new QueryLog();
        new PoissonArrivals(backend, IN_TURN.over(2), rate, 7, queries, limit).take(backend, log);
        return log;
    }

    @Test
    void gapsAreExponentialAndIndependent() {
        int n = 200_000;
        QueryLog log = run(() -> 1, 1000, n, LONG);
        double mean = 1e6;
        double sum = 0;
        double squares = 0;
        double neighbours = 0;
        int above = 0;
        double last = 0;
        for (int i = 1; i < n; i++) {
            double gap = log.due(i) - log.due(i - 1);
            sum += gap;
            squares += gap * gap;
            neighbours += (gap - mean) * (last - mean);
            above += gap > 2 * mean ? 1 : 0;
            last = gap;
        }
        assertThat(sum / n).isCloseTo(mean, within(0.01 * mean));
        assertThat(squares / n - mean * mean).isCloseTo(mean * mean, within(0.03 * mean * mean));
        assertThat((double) above / n).isCloseTo(Math.exp(-2), within(0.003));
        assertThat(neighbours / n / mean / mean).isCloseTo(0, within(0.01));
        assertThat(log.queriesPerSecond()).isCloseTo(1000, within(10.0));
    }

    /** Pollaczek and Khinchine: a server of fixed service time s waits rho s / (2 (1 - rho)) on average. */
    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.5, 0.8})
    void waitsAsLongAsTheTheoryOfMD1Says(double utilisation) {
        QueryLog log = run(() -> (long) SERVICE, utilisation / SERVICE * 1e9, 400_000, LONG);
        double expected = SERVICE + utilisation * SERVICE / (2 * (1 - utilisation));
        assertThat(log.latencies().toSummary().meanMs() * 1e6).isCloseTo(expected, within(0.02 * expected));
        long idle = Arrays.stream(log.latencies().toArray())
                .filter(each -> each <= SERVICE + 1)
                .count();
        // who finds nobody is served at once: as often as the server is idle
        assertThat((double) idle / log.count()).isCloseTo(1 - utilisation, within(0.01));
    }

    /** M/M/1: the latency is exponential with mean s / (1 - rho), so all of its percentiles are known. */
    @Test
    void percentilesAreThoseOfMM1() {
        SplittableRandom random = new SplittableRandom(5);
        QueryLog log =
                run(() -> Math.round(-SERVICE * Math.log1p(-random.nextDouble())), 0.5 / SERVICE * 1e9, 400_000, LONG);
        for (double fraction : new double[] {0.5, 0.9, 0.99}) {
            double truth = -SERVICE / 0.5 * Math.log1p(-fraction);
            assertThat(log.latencies().percentile(fraction)).isCloseTo(truth, within(0.03 * truth));
        }
    }

    @Test
    void latencyCountsFromTheScheduledTimeWhenTheServerIsTooSlow() {
        QueryLog log = run(() -> (long) SERVICE, 2 / SERVICE * 1e9, 1000, LONG);
        assertThat(log.queriesPerSecond()).isCloseTo(1e9 / SERVICE, within(5.0));
        // arrivals come twice as fast as answers: the last waits for about half of all
        assertThat(log.latencies().toArray()[999]).isCloseTo((long) (500 * SERVICE), within((long) (60 * SERVICE)));
    }

    @Test
    void endsAtTheLimitAndBeginsAgainWithAnEmptyQueue() {
        QueryLog log = run(() -> (long) SERVICE, 2 / SERVICE * 1e9, 1000, Duration.ofNanos((long) (10 * SERVICE)));
        assertThat(log.count()).isBetween(9, 11);

        FakeBackend backend = new FakeBackend(() -> (long) SERVICE);
        PoissonArrivals turn = new PoissonArrivals(backend, IN_TURN.over(2), 2 / SERVICE * 1e9, 7, 50, LONG);
        QueryLog both = new QueryLog();
        turn.take(backend, both);
        turn.take(backend, both);
        assertThat(both.latencies().toArray()[50]).isLessThan(both.latencies().toArray()[49] / 5);
        assertThatThrownBy(() -> new PoissonArrivals(backend, IN_TURN.over(2), 0, 7, 50, LONG))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
