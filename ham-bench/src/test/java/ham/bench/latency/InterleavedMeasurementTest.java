package ham.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterleavedMeasurementTest {
    private final List<String> order = new ArrayList<>();
    private long now = 1_000;

    private final List<TimedAction> candidates =
            List.of(candidate("a", 1_000_000), candidate("b", 2_000_000), candidate("c", 4_000_000));

    @Test
    void givesEveryCandidateATurnARoundInRotatedOrderAndDropsItsFirstRun() {
        List<Measured> measured = measure(new InterleavedMeasurement(0, 2, 2, Duration.ZERO, Duration.ofHours(1)));

        assertThat(order)
                .containsExactly(
                        "a", "a", "a", "b", "b", "b", "c", "c", "c", "b", "b", "b", "c", "c", "c", "a", "a", "a");
        assertThat(measured).extracting(Measured::name).containsExactly("a", "b", "c");
        assertThat(measured.get(1).samplesNs()).containsExactly(2_000_000, 2_000_000, 2_000_000, 2_000_000);
        assertThat(measured.get(2).latency()).isEqualTo(new LatencySummary(4, 4, 4, 4, 4, 4, 4, 4));
    }

    @Test
    void throwsWarmUpRoundsAway() {
        List<Measured> measured = measure(new InterleavedMeasurement(2, 1, 1, Duration.ZERO, Duration.ofHours(1)));

        assertThat(order).hasSize(18);
        assertThat(measured).allSatisfy(one -> assertThat(one.samplesNs()).hasSize(1));
    }

    @Test
    void endsAfterTheRoundInWhichTheTimeIsUp() {
        List<Measured> measured = measure(new InterleavedMeasurement(3, 100, 1, Duration.ZERO, Duration.ofMillis(40)));

        // a round takes 14 ms: the third ends at 42 ms
        assertThat(measured).allSatisfy(one -> assertThat(one.samplesNs()).hasSize(3));
    }

    @Test
    void measuresOneRoundHoweverLittleTimeThereIs() {
        assertThat(measure(new InterleavedMeasurement(0, 5, 1, Duration.ZERO, Duration.ZERO)))
                .allSatisfy(one -> assertThat(one.latency().count()).isEqualTo(1));
    }

    @Test
    void measuresTheLeastRoundsHoweverLittleTimeThereIs() {
        assertThat(measure(new InterleavedMeasurement(0, 3, 5, 1, Duration.ZERO, Duration.ZERO)))
                .allSatisfy(one -> assertThat(one.latency().count()).isEqualTo(3));
    }

    @Test
    void refusesToMeasureNoRound() {
        assertThatThrownBy(() -> new InterleavedMeasurement(0, 0, 1, Duration.ZERO, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private List<Measured> measure(InterleavedMeasurement plan) {
        return plan.measure(candidates, () -> now);
    }

    private TimedAction candidate(String name, long duration) {
        return new TimedAction(name, () -> {
            order.add(name);
            now += duration;
        });
    }
}
