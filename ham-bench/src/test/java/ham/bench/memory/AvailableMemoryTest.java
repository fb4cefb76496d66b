package ham.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
    private static final long AVAILABLE = 8192 * 1024;

    @TempDir
    private Path root;

    @Test
    void readsTheEntry() {
        assertThat(AvailableMemory.parse("MemTotal:  9 kB\nMemAvailable:    2048 kB\n"))
                .hasValue(2048 * 1024);
        assertThat(AvailableMemory.parse("MemTotal:  9 kB\n")).isEmpty();
    }

    @Test
    void isWhatTheSystemHasWhereNoGroupHasALimit() throws IOException {
        assertThat(AvailableMemory.bytes(root)).isEmpty();
        write("proc/meminfo", "MemAvailable: 8192 kB");
        assertThat(AvailableMemory.bytes(root)).hasValue(AVAILABLE);

        write("proc/self/cgroup", "0::/");
        assertThat(AvailableMemory.bytes(root)).hasValue(AVAILABLE);
        write("sys/fs/cgroup/memory.max", "max");
        write("sys/fs/cgroup/memory.current", "1000");
        assertThat(AvailableMemory.bytes(root)).hasValue(AVAILABLE);
        write("sys/fs/cgroup/memory.max", "999999999999");
        assertThat(AvailableMemory.bytes(root)).hasValue(AVAILABLE);
    }

    @Test
    void isWhatTheTightestGroupOfVersion2Leaves() throws IOException {
        write("proc/meminfo", "MemAvailable: 8192 kB");
        write("proc/self/cgroup", "0::/outer/inner");
        write("sys/fs/cgroup/outer/memory.max", "7000000");
        write("sys/fs/cgroup/outer/memory.current", "4000000");
        write("sys/fs/cgroup/outer/inner/memory.max", "5000000");
        write("sys/fs/cgroup/outer/inner/memory.current", "1000000");
        assertThat(AvailableMemory.bytes(root)).hasValue(3_000_000);

        write("sys/fs/cgroup/outer/memory.stat", "anon 5\ninactive_file 2500000\nactive_file 7");
        assertThat(AvailableMemory.bytes(root)).hasValue(4_000_000);
        write("sys/fs/cgroup/outer/inner/memory.current", "5000001");
        assertThat(AvailableMemory.bytes(root)).hasValue(0);
    }

    @Test
    void isWhatTheMountLeavesWhereThePathIsThatOutsideTheContainer() throws IOException {
        write("proc/meminfo", "MemAvailable: 8192 kB");
        write("proc/self/cgroup", "12:cpu,memory:/docker/abc\n3:cpuset:/docker/abc\n0::/../elsewhere");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "5000000");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "3000000");
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 1000000");
        assertThat(AvailableMemory.bytes(root)).hasValue(3_000_000);

        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
        assertThat(AvailableMemory.bytes(root)).hasValue(AVAILABLE);
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text + "\n");
    }
}
