package ham.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No folder grows beyond what a reader takes in, and no file beyond what fits a head. */
class FoldersTest {
    private static final int MOST_CLASSES = 25;
    private static final long MOST_BYTES = 20 * 1024;

    /** Sources of all modules, tests included. */
    private static List<Path> sources() throws IOException {
        Path home = Path.of(System.getProperty("ham.testdata", "../testdata"))
                .toAbsolutePath()
                .normalize()
                .getParent();
        try (Stream<Path> modules = Files.list(home)) {
            return modules.filter(module -> module.getFileName().toString().startsWith("ham-"))
                    .map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(FoldersTest::files)
                    .filter(file -> file.toString().endsWith(".java")
                            && !file.endsWith("package-info.java")
                            && !file.endsWith("module-info.java"))
                    .toList();
        }
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noFolderHasMoreThan25Classes() throws IOException {
        Map<Path, Long> counts =
                sources().stream().collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.counting()));
        assertThat(counts).hasSizeGreaterThan(80);
        counts.values().removeIf(count -> count <= MOST_CLASSES);
        assertThat(counts).isEmpty();
    }

    @Test
    void noFileIsAbove20Kilobytes() throws IOException {
        Map<Path, Long> sizes = new TreeMap<>();
        for (Path file : sources()) {
            if (Files.size(file) > MOST_BYTES) {
                sizes.put(file, Files.size(file));
            }
        }
        assertThat(sizes).isEmpty();
    }
}
