package ham.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ResidentMemoryTest {
    @Test
    void readsTheEntryOfAStatusFile() {
        String status = "Name:\tjava\nVmHWM:\t   5120 kB\nVmRSS:\t   4096 kB\nThreads:\t9\n";

        assertThat(ResidentMemory.parseStatus(status, ResidentMemory.RESIDENT)).hasValue(4096 * 1024);
        assertThat(ResidentMemory.parseStatus("Name: java\n", ResidentMemory.RESIDENT))
                .isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void seesThisProcess() {
        OptionalLong current = ResidentMemory.currentBytes();

        assertThat(current.orElseThrow()).isBetween(10L << 20, 1L << 40);
        assertThat(ResidentMemory.currentFileBytes().orElseThrow()).isBetween(1L << 20, current.orElseThrow());
    }

    @Test
    void psEitherAgreesInOrderOfMagnitudeOrIsAbsent() {
        OptionalLong ofPs = ResidentMemory.ofPs();

        if (ofPs.isPresent()) {
            assertThat(ofPs.getAsLong()).isBetween(10L << 20, 1L << 40);
        }
    }
}
