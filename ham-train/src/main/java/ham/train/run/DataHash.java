package ham.train.run;

import ham.common.Sha256;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * SHA-256 over files of a folder, as those of a data set: of every file in path order its path as seen from the data folder and size, and its
 * bytes where they are at most 1 GB in all. What else lies in the folder, a run for example, does not count.
 */
final class DataHash {
    private static final long LARGEST_READ = 1L << 30;

    private DataHash() {}

    static String sha256(Path folder, List<Path> unsorted) {
        Path from = whole(folder);
        List<Path> files =
                unsorted.stream().sorted(Comparator.comparing(DataHash::whole)).toList();
        try {
            long total = 0;
            for (Path file : files) {
                total += Files.size(file);
            }
            Sha256 digest = new Sha256();
            for (Path file : files) {
                String entry = name(from, whole(file)) + "\0" + Files.size(file) + "\0";
                digest.update(entry.getBytes(StandardCharsets.UTF_8));
                if (total <= LARGEST_READ) {
                    digest.update(file);
                }
            }
            return digest.hex();
        } catch (IOException e) {
            throw InputException.unreadable(folder, e);
        }
    }

    /** Lists name images in any way, and data may be typed in another. */
    private static Path whole(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private static String name(Path folder, Path file) {
        Path name = Objects.equals(folder.getRoot(), file.getRoot()) ? folder.relativize(file) : file;
        return name.toString().replace('\\', '/');
    }
}
