package ham.train.head;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Where large sums lie while nobody works on them: in files of a folder that are gone when they are closed, so that of several sums one at a time is in
 * memory.
 */
public final class Shelf {
    /** Everything stays in memory. */
    public static final Shelf NONE = new Shelf(Optional.empty(), Long.MAX_VALUE);

    private static final long SMALLEST = 1L << 28;

    private final Optional<Path> folder;
    private final long smallest;

    private Shelf(Optional<Path> folder, long smallest) {
        this.folder = folder;
        this.smallest = smallest;
    }

    /** In a folder, for sums of 256 MB or more. */
    public static Shelf in(Path folder) {
        return in(folder, SMALLEST);
    }

    /** In a folder, for sums of so many bytes or more. */
    static Shelf in(Path folder, long smallest) {
        return new Shelf(Optional.of(folder), smallest);
    }

    /** Whether sums of so many bytes are put here when it is one of a run's folder. */
    public static boolean takes(long bytes) {
        return bytes >= SMALLEST;
    }

    /** A file for a sum of so many bytes; empty where it is to stay in memory. */
    Optional<FileChannel> file(long bytes) {
        if (folder.isEmpty() || bytes < smallest) {
            return Optional.empty();
        }
        try {
            Path file = Files.createTempFile(folder.get(), ".sums.tmp-", "");
            return Optional.of(FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
        } catch (IOException e) {
            throw InputException.unwritable(folder.get(), e);
        }
    }
}
