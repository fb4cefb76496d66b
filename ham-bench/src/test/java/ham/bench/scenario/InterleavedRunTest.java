package ham.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.bench.scenario.InterleavedRun.Outcome;
import ham.bench.traffic.Traffic;
import ham.bench.traffic.TrafficKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class InterleavedRunTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final StabilityRule RULE = new StabilityRule(40, 4, 0.02);

    private final List<String> order = new ArrayList<>();
    private LongSupplier service = () -> 1_000_000;
    private final FakeBackend clock = new FakeBackend(() -> service.getAsLong()).forgetful();

    private Turn turn(String name, int queries) {
        Turn loop = new ClosedLoop(
                clock, new Traffic(TrafficKind.UNIFORM, 1, 1, 1).over(2), 1, queries, Duration.ofHours(1));
        return (time, log) -> {
            order.add(name);
            loop.take(time, log);
        };
    }

    private static InterleavedRun run(int queries, Duration budget) {
        return new InterleavedRun(2, queries, Duration.ZERO, budget, RULE);
    }

    @Test
    void everyRoundBeginsWithTheNextAndWarmUpIsApart() {
        List<Outcome> outcomes = run(6, HOUR).measure(List.of(turn("a", 3), turn("b", 3)), clock);
        assertThat(order).containsExactly("a", "b", "b", "a", "a", "b", "b", "a");
        for (Outcome each : outcomes) {
            assertThat(each.warmUp().count()).isEqualTo(6);
            assertThat(each.log().count()).isEqualTo(6);
            assertThat(each.log().rounds()).isEqualTo(2);
            assertThat(each.log().round(2)).isZero();
            assertThat(each.stable()).isFalse();
        }
    }

    @Test
    void endsWhenAllAreStable() {
        List<Outcome> outcomes = run(1_000_000, HOUR).measure(List.of(turn("a", 10), turn("b", 5)), clock);
        assertThat(outcomes).allMatch(Outcome::stable);
        assertThat(outcomes.get(1).log().count()).isEqualTo(40);
        assertThat(outcomes.get(0).log().count()).isEqualTo(80);
    }

    @Test
    void endsWithTheBudgetWhenNoiseIsTooLarge() {
        SplittableRandom random = new SplittableRandom(1);
        service = () -> 500_000 + random.nextLong(1_000_000);
        Outcome outcome = run(1_000_000, Duration.ofMillis(200))
                .measure(List.of(turn("a", 10)), clock)
                .get(0);
        assertThat(outcome.stable()).isFalse();
        assertThat(outcome.log().count()).isBetween(100, 250);
        assertThat(RULE.text()).contains("40 queries in 4 rounds", "2.0 %");
    }

    @Test
    void measuresOneRoundHoweverLittleTimeThereIs() {
        assertThat(run(50, Duration.ZERO)
                        .measure(List.of(turn("a", 4)), clock)
                        .get(0)
                        .log()
                        .count())
                .isEqualTo(4);
        assertThatThrownBy(() -> run(0, HOUR)).isInstanceOf(IllegalArgumentException.class);
    }
}
