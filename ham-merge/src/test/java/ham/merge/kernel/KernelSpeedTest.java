package ham.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Iterator;
import org.junit.jupiter.api.Test;

class KernelSpeedTest {
    /** 2 * 128 * 256 * 768. */
    private static final double OPERATIONS = 50_331_648;

    private static double measure(long... readings) {
        Iterator<Long> clock = Arrays.stream(readings).boxed().iterator();
        double speed = KernelSpeed.measure(Kernels.plain(), clock::next);
        assertThat(clock).as("readings that are left").isExhausted();
        return speed;
    }

    @Test
    void theFastestProductCountsAndTheMeasurementEndsAfterThirtyMilliseconds() {
        // Products of 20, 4 and 9 ms, the last of which ends 33 ms after the beginning.
        assertThat(measure(0, 0, 20_000_000, 20_000_000, 24_000_000, 24_000_000, 33_000_000))
                .isEqualTo(OPERATIONS / 4_000_000 * 1e9);
        assertThat(measure(7, 7, 30_000_007)).isEqualTo(OPERATIONS / 30_000_000 * 1e9);
    }

    @Test
    void aClockThatStandsStillGivesNoInfinity() {
        assertThat(measure(0, 5, 5, 40_000_000, 40_000_000)).isEqualTo(OPERATIONS * 1e9);
    }
}
