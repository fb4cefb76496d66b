package ham.bench.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.runtime.ModelException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrafficTest {
    private static final int REQUESTS = 200_000;

    private static int[] requests(TrafficKind kind, int tasks, long seed) {
        RequestedTasks stream = new Traffic(kind, 1.2, 8, seed).over(tasks);
        return IntStream.generate(stream::next).limit(REQUESTS).toArray();
    }

    private static double[] shares(int[] requests, int tasks) {
        double[] shares = new double[tasks];
        Arrays.stream(requests).forEach(task -> shares[task] += 1.0 / requests.length);
        return shares;
    }

    @ParameterizedTest
    @EnumSource(TrafficKind.class)
    void seedsDecideAndEveryTaskIsServed(TrafficKind kind) {
        int[] requests = requests(kind, 7, 1);
        assertThat(requests(kind, 7, 1)).isEqualTo(requests);
        assertThat(Arrays.equals(requests(kind, 7, 2), requests)).isEqualTo(kind == TrafficKind.ROUND_ROBIN);
        assertThat(IntStream.of(requests).distinct().sorted()).containsExactly(0, 1, 2, 3, 4, 5, 6);
        assertThat(IntStream.of(requests(kind, 1, 1)).distinct()).containsExactly(0);
    }

    @Test
    void roundRobinGoesRound() {
        assertThat(Arrays.copyOf(requests(TrafficKind.ROUND_ROBIN, 3, 9), 7)).containsExactly(0, 1, 2, 0, 1, 2, 0);
    }

    @Test
    void uniformAndBurstsShareEqually() {
        for (TrafficKind kind : new TrafficKind[] {TrafficKind.UNIFORM, TrafficKind.BURSTS}) {
            for (double share : shares(requests(kind, 5, 3), 5)) {
                assertThat(share).as(kind.label()).isCloseTo(0.2, within(0.01));
            }
        }
    }

    @Test
    void zipfFallsWithThePowerOfTheRank() {
        double[] shares = shares(requests(TrafficKind.ZIPF, 6, 4), 6);
        double sum =
                IntStream.rangeClosed(1, 6).mapToDouble(k -> Math.pow(k, -1.2)).sum();
        for (int k = 0; k < 6; k++) {
            assertThat(shares[k]).isCloseTo(Math.pow(k + 1, -1.2) / sum, within(0.005));
        }
    }

    @Test
    void burstsHaveTheirMeanLength() {
        int[] requests = requests(TrafficKind.BURSTS, 4, 5);
        long switches = IntStream.range(1, REQUESTS)
                .filter(i -> requests[i] != requests[i - 1])
                .count();
        assertThat((double) REQUESTS / switches).isCloseTo(8, within(0.2));
        int[] uniform = requests(TrafficKind.UNIFORM, 4, 5);
        long repeats = IntStream.range(1, REQUESTS)
                .filter(i -> uniform[i] == uniform[i - 1])
                .count();
        assertThat((double) repeats / REQUESTS).isCloseTo(0.25, within(0.01));
    }

    @Test
    void refusesWhatIsNoPattern() {
        assertThatThrownBy(() -> new Traffic(TrafficKind.ZIPF, -1, 1, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("Zipf exponent");
        assertThatThrownBy(() -> new Traffic(TrafficKind.BURSTS, 1, 0.5, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("burst length");
    }
}
