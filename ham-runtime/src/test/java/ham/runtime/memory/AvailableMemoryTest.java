package ham.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AvailableMemoryTest {
    @Test
    void readsTheEntry() {
        assertThat(AvailableMemory.parse("MemTotal:  9 kB\nMemAvailable:    2048 kB\n"))
                .hasValue(2048 * 1024);
        assertThat(AvailableMemory.parse("MemTotal:  9 kB\n")).isEmpty();
    }
}
