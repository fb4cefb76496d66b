package ham.bench.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.bench.latency.NanoClock;
import ham.bench.scenario.Scenario;
import ham.bench.scenario.StabilityRule;
import ham.bench.traffic.Traffic;
import ham.bench.traffic.TrafficKind;
import ham.runtime.ModelException;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ServingBenchTest {
    private static final Path MODEL = Path.of(System.getProperty("ham.testdata", "../testdata"), "onnx", "colors.onnx");
    private static final SessionSettings SESSION = new SessionSettings(1);
    private static final Traffic TRAFFIC = new Traffic(TrafficKind.ROUND_ROBIN, 1, 10, 1);

    private static BenchSettings settings(OptionalDouble rate, double load) {
        return new BenchSettings(TRAFFIC, 8, 20, 4, rate, load, OptionalDouble.empty(), 32, 12, StabilityRule.DEFAULT);
    }

    private static ServingFiles files(Strategy strategy, int tasks) {
        return new ServingFiles(strategy, Optional.empty(), Collections.nCopies(tasks, MODEL));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void measuresEveryStrategyInEveryScenario() {
        List<ServingResult> results = new ServingBench(SESSION, settings(OptionalDouble.empty(), 0.5))
                .measure(
                        List.of(files(Strategy.MERGED, 1), files(Strategy.PER_TASK, 3), files(Strategy.RELOAD, 3)),
                        3,
                        List.of(Scenario.values()),
                        Duration.ofSeconds(2));
        assertThat(results).hasSize(12);
        assertThat(results.subList(3, 6))
                .extracting(ServingResult::strategy)
                .containsExactly(Strategy.MERGED, Strategy.PER_TASK, Strategy.RELOAD);
        for (ServingResult each : results) {
            assertThat(each.outcome().log().count()).isBetween(1, 16);
            assertThat(each.throughputPerSecond()).isPositive();
            Footprint footprint = each.footprint().orElseThrow();
            assertThat(footprint.residentMb()).isBetween(20.0, 2000.0);
            assertThat(footprint.residentFileMb()).isBetween(1.0, footprint.residentMb());
            assertThat(footprint.firstAnswerMs()).isGreaterThan(footprint.loadMs());
            assertThat(each.server().isPresent()).isEqualTo(each.scenario() == Scenario.SERVER);
        }
        ServingResult merged = results.get(0);
        ServingResult reload = results.get(2);
        assertThat(merged.switchMs()).hasValue(0);
        assertThat(reload.switchMs()).isPresent();
        assertThat(results.get(1).diskMb()).isEqualTo(3 * merged.diskMb());
        ServerLoad server = results.get(6).server().orElseThrow();
        assertThat(server.ratePerSecond()).isCloseTo(0.5 * server.capacityPerSecond(), within(1e-9));
        assertThat(server.overloaded()).isFalse();
    }

    @Test
    void imagesOfAQueryAreAnsweredSlotBySlotInRunsOfBoundedSize() {
        try (TaskServer each = TaskServer.open(files(Strategy.PER_TASK, 2), SESSION, 4);
                TaskServer reload = TaskServer.open(files(Strategy.RELOAD, 2), SESSION, 4);
                TaskServer single = TaskServer.open(files(Strategy.MERGED, 1), SESSION, 4)) {
            assertThat(each.switches()).isTrue();
            assertThat(single.switches()).isFalse();
            single.answer(new int[] {1});
            double one = single.sink();
            assertThat(one).isNotZero();
            // two runs of at most four images a slot: six images of task 0, one of task 1
            int[] query = {0, 0, 1, 0, 0, 0, 0};
            each.answer(query);
            reload.answer(query);
            assertThat(each.sink()).isCloseTo(3 * one, within(1e-4));
            assertThat(reload.sink()).isCloseTo(3 * one, within(1e-4));
            float[] pixels = new float[2 * 3 * 8 * 8];
            float[] logits = each.logits(1, pixels, 2);
            assertThat(logits).isEqualTo(single.logits(0, pixels, 2)).isEqualTo(reload.logits(1, pixels, 2));
            assertThat(logits.length % 2).isZero();
        }
    }

    /** On a clock that goes on by 100 ns whenever it is read, an empty query takes 100 ns: nothing is read or done in between. */
    @Test
    void theHarnessReadsTheClockAroundAQueryAndNotMoreOften() {
        NanoClock counting = new NanoClock() {
            private long time;

            @Override
            public long now() {
                return time += 100;
            }

            @Override
            public void waitUntil(long due) {
                time = Math.max(time, due);
            }
        };
        HarnessOverhead overhead = HarnessOverhead.measure(TRAFFIC, 5, counting);
        assertThat(overhead.closedLoopNs()).isEqualTo(100);
        assertThat(overhead.serverNs()).isBetween(100.0, 300.0);
    }

    @Test
    void refusesWhatCannotBeServed() {
        ServingFiles missing = new ServingFiles(Strategy.MERGED, Optional.empty(), List.of(Path.of("nowhere.onnx")));
        assertThatThrownBy(() -> TaskServer.open(missing, SESSION, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("nowhere.onnx");
        assertThat(ResidentProbe.measure(missing, SESSION)).isEmpty();
        assertThatThrownBy(() -> files(Strategy.SHARED, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> files(Strategy.MERGED, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings(OptionalDouble.of(0), 0.5)).hasMessageContaining("rate above 0");
        assertThatThrownBy(() -> settings(OptionalDouble.empty(), 1.5)).hasMessageContaining("load of the server");
    }
}
