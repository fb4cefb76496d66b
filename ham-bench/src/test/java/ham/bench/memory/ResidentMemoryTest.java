package ham.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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

    /** Two mappings of one file overlap by two pages; the third lies beside them, the fourth is another file, the last no file. */
    @Test
    void countsAPageOfAFileOnce() {
        List<String> smaps = List.of(
                "1000-5000 r--p 00000000 08:01 77 /data/base.data",
                "Rss:                  16 kB",
                "9000-d000 r--p 00002000 08:01 77 /data/base.data",
                "Rss:                  16 kB",
                "f000-10000 r--p 00008000 08:01 77 /data/base.data",
                "Rss:                   4 kB",
                "20000-30000 r-xp 00000000 08:01 78 /lib/other.so",
                "Rss:                  12 kB",
                "40000-50000 rw-p 00000000 00:00 0 [heap]",
                "Rss:                  64 kB");
        assertThat(new MappedFiles(smaps).countedTwice()).isEqualTo(2 * 4096);
        assertThat(new MappedFiles(smaps.subList(0, 2)).countedTwice()).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileThatIsMappedAgainTakesNoMorePhysicalMemory(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("weights"), new byte[8 << 20]);
        long before = ResidentMemory.countedTwice();
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer first = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            MappedByteBuffer second = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            first.load();
            second.load();
            assertThat(ResidentMemory.countedTwice() - before).isGreaterThan(7 << 20);
            assertThat(first.compareTo(second)).isZero();
        }
    }

    /** Where the system has ps, it must say what the kernel says: both are read within milliseconds of each other. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void psSaysWhatTheKernelSays() {
        assumeThat(List.of(Path.of("/bin/ps"), Path.of("/usr/bin/ps"))).anyMatch(Files::isExecutable);

        long kernel = ResidentMemory.currentBytes().orElseThrow();
        assertThat((double) ResidentMemory.ofPs().orElseThrow() / kernel).isBetween(0.7, 1.4);
    }
}
