package ham.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NanoClockTest {
    @Test
    void waitsAtLeastAsLongAsAsked() {
        long time = NanoClock.SYSTEM.now() + 2_000_000;
        NanoClock.SYSTEM.waitUntil(time);
        assertThat(NanoClock.SYSTEM.now()).isGreaterThanOrEqualTo(time);
        NanoClock.SYSTEM.waitUntil(time);
    }

    @Test
    void measuresTheResolutionOfAClock() {
        NanoClock coarse = new NanoClock() {
            private long calls;

            @Override
            public long now() {
                return calls++ / 4 * 100;
            }

            @Override
            public void waitUntil(long time) {}
        };
        ClockFacts facts = ClockFacts.measure("coarse", coarse);
        assertThat(facts.resolutionNs()).isEqualTo(100);
        assertThat(facts.callNs()).isEqualTo(25);
        assertThat(ClockFacts.ofSystem().source()).startsWith("System.nanoTime");
        assertThat(ClockFacts.ofSystem().resolutionNs()).isPositive();
    }
}
