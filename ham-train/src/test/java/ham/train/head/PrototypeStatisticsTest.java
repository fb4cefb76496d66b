package ham.train.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PrototypeStatisticsTest {
    private static final float[] FIRST = {3, 4, 0, 5, 0, -2};

    @Test
    void isTheMeanOfNormalisedFeatures() {
        PrototypeStatistics statistics = new PrototypeStatistics(2);
        statistics.add(new Features(FIRST, new int[] {0, 0, 1}), 2);
        assertThat(statistics.head().weight().data())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(0.3f, 0.9f, 0, -1);
    }

    @Test
    void laterTasksLeaveEarlierPrototypesAlone() {
        PrototypeStatistics statistics = new PrototypeStatistics(2);
        statistics.add(new Features(FIRST, new int[] {0, 0, 1}), 2);
        PrototypeStatistics resumed = new PrototypeStatistics(statistics.head().weight());
        resumed.add(new Features(new float[] {7, 0}, new int[] {2}), 3);
        assertThat(resumed.classes()).isEqualTo(3);
        assertThat(resumed.head().weight().data())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(0.3f, 0.9f, 0, -1, 1, 0);
    }

    @Test
    void refusesKnownAndMissingClasses() {
        PrototypeStatistics statistics = new PrototypeStatistics(2);
        statistics.add(new Features(FIRST, new int[] {0, 0, 1}), 2);
        assertThatThrownBy(() -> statistics.add(new Features(FIRST, new int[] {1, 2, 2}), 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> statistics.add(new Features(FIRST, new int[] {2, 2, 2}), 4))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
