package ham.runtime.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {
    @TempDir
    private Path root;

    @Test
    void unpacksOnceAndAgainWhatIsNotWhole() throws IOException {
        Path folder = NativeCache.filled(root, NativeCache.entries());
        List<Path> files = files(folder);
        assertThat(files).hasSize(2);
        Object first = Files.getLastModifiedTime(files.get(0));

        assertThat(NativeCache.filled(root, NativeCache.entries())).isEqualTo(folder);
        assertThat((Object) Files.getLastModifiedTime(files.get(0))).isEqualTo(first);

        long whole = Files.size(files.get(0));
        Files.write(files.get(0), new byte[3]);
        assertThat(NativeCache.filled(root, NativeCache.entries())).isEqualTo(folder);
        assertThat(Files.size(files.get(0))).isEqualTo(whole);
        assertThat(files(root)).containsExactly(folder);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
