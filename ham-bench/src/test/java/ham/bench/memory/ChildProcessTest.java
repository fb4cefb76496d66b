package ham.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ChildProcessTest {
    @Test
    void measuresAProgramThatWorksAndWaits() throws IOException {
        ChildProcess.Usage usage = ChildProcess.run(
                List.of("sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 0.1"));
        assertThat(usage.seconds()).isGreaterThan(0.1);
        assertThat(usage.processorSeconds()).isPositive();
        assertThat(usage.residentBytes()).isBetween(100_000L, 1_000_000_000L);
    }

    @Test
    void saysWhatAProgramThatFailsWrote() {
        assertThatThrownBy(() -> ChildProcess.run(List.of("sh", "-c", "echo no such thing >&2; exit 3")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("found 3")
                .hasMessageContaining("no such thing");
    }
}
