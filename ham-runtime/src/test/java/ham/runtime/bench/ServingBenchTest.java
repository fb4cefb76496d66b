package ham.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.TestData;
import ham.runtime.latency.InterleavedMeasurement;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ServingBenchTest {
    private static final Path MODEL = TestData.path("onnx/colors.onnx");
    private static final SessionSettings SETTINGS = new SessionSettings(1);
    private static final InterleavedMeasurement MEASUREMENT =
            new InterleavedMeasurement(1, 4, 5, Duration.ZERO, Duration.ofMinutes(1));

    private static ServingStrategy perTask(int tasks) {
        return new ServingStrategy("per-task", Collections.nCopies(tasks, MODEL));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void measuresEveryStrategyOnTheSameRequests() {
        List<ServingResult> results = new ServingBench(3, SETTINGS, MEASUREMENT)
                .measure(List.of(new ServingStrategy("merged", List.of(MODEL)), perTask(3)));
        assertThat(results).extracting(ServingResult::strategy).containsExactly("merged", "per-task");
        for (ServingResult each : results) {
            assertThat(each.tasks()).isEqualTo(3);
            assertThat(each.latency().count()).isEqualTo(4 * 5);
            assertThat(each.throughputPerSecond())
                    .isEqualTo(1000 / each.latency().meanMs());
            assertThat(each.loadMs()).isPositive();
            assertThat(each.residentMb().orElseThrow()).isBetween(20.0, 2000.0);
        }
        assertThat(results.get(0).switchMs()).isZero();
        assertThat(results.get(1).diskMb()).isEqualTo(3 * results.get(0).diskMb());
    }

    @Test
    void requestsGoRoundTheTasks() {
        try (OpenStrategy open = new OpenStrategy(perTask(2), 2, SETTINGS);
                OpenStrategy single = new OpenStrategy(new ServingStrategy("one", List.of(MODEL)), 2, SETTINGS)) {
            assertThat(open.switches()).isTrue();
            assertThat(single.switches()).isFalse();
            double once = open.eachTaskOnce();
            assertThat(once).isNotZero().isEqualTo(single.eachTaskOnce());
            assertThat(open.eachTaskOnce()).isEqualTo(2 * once);
        }
        ServingStrategy three = perTask(3);
        assertThat(three.modelOf(2)).isEqualTo(2);
        assertThat(new ServingStrategy("one", List.of(MODEL)).modelOf(2)).isZero();
    }

    @Test
    void refusesWhatCannotBeServed() {
        ServingBench bench = new ServingBench(3, SETTINGS, MEASUREMENT);
        assertThatThrownBy(() -> bench.measure(List.of(perTask(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one a task, found 2");
        ServingStrategy missing = new ServingStrategy("missing", List.of(Path.of("nowhere.onnx")));
        assertThatThrownBy(() -> bench.measure(List.of(missing)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("nowhere.onnx");
        assertThat(ResidentProbe.measure(missing.models(), SETTINGS)).isEmpty();
    }
}
