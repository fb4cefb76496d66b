package ham.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatencySamplesTest {
    @Test
    void interpolatesBetweenTheNearestRanks() {
        // sorted: 10 20 30 40; p50 at 1.5 -> 25, p90 at 2.7 -> 37, p95 at 2.85 -> 38.5, p99 at 2.97 -> 39.7
        LatencySummary summary =
                samples(40_000_000, 10_000_000, 30_000_000, 20_000_000).toSummary();

        assertThat(summary).isEqualTo(new LatencySummary(4, 25, 25, 37, 38.5, 39.7, 10, 40));
    }

    @Test
    void agreesWithItselfWhateverTheOrder() {
        LatencySamples rising = samples(LongStream.rangeClosed(1, 101).toArray());
        LatencySamples falling =
                samples(LongStream.rangeClosed(1, 101).map(i -> 102 - i).toArray());

        assertThat(rising.toSummary()).isEqualTo(falling.toSummary());
        assertThat(rising.percentile(0.9)).isEqualTo(91);
        assertThat(rising.percentile(0)).isEqualTo(1);
        assertThat(rising.percentile(1)).isEqualTo(101);
    }

    @Test
    void keepsTheOrderOfMeasurement() {
        LatencySamples samples = samples(3, 1, 2);
        samples.toSummary();

        assertThat(samples.toArray()).containsExactly(3, 1, 2);
        assertThat(samples.count()).isEqualTo(3);
    }

    @Test
    void takesOneSampleForEveryPercentile() {
        assertThat(samples(2_500_000).toSummary()).isEqualTo(new LatencySummary(1, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5));
    }

    @Test
    void refusesToSummariseNothing() {
        assertThatThrownBy(() -> new LatencySamples().toSummary()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> samples(1).percentile(1.5)).isInstanceOf(IllegalArgumentException.class);
    }

    private static LatencySamples samples(long... durations) {
        LatencySamples samples = new LatencySamples();
        LongStream.of(durations).forEach(samples::add);
        return samples;
    }
}
