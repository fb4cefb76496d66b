package ham.train.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.train.engine.TorchEngine;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Where large sums lie while nobody works on them: in files of a folder that are gone when they are closed, so that of several sums one at a time is in
 * memory. That memory is used again by the next one until {@link #clear}: to get it from the system anew takes longer than most of what is done with it.
 */
public final class Shelf {
    /** Everything stays in memory. */
    public static final Shelf NONE = new Shelf(Optional.empty(), Long.MAX_VALUE);

    private static final long SMALLEST = 1L << 28;

    private final Optional<Path> folder;
    private final long smallest;
    private final Deque<Room> rooms = new ArrayDeque<>();

    /**
     * Memory of a matrix [M, M] of float64.
     *
     * @param array its content is whatever was there before
     */
    record Room(NDManager manager, NDArray array) {}

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

    /** Memory for a matrix [width, width], outside of any scope of arrays. */
    Room take(TorchEngine engine, int width) {
        Shape shape = new Shape(width, width);
        Optional<Room> kept = rooms.stream()
                .filter(room -> room.array().getShape().equals(shape))
                .findFirst();
        kept.ifPresent(rooms::remove);
        return kept.orElseGet(() -> {
            NDManager manager = engine.newManager();
            return new Room(manager, manager.create(shape, DataType.FLOAT64));
        });
    }

    /** The next one may have it. */
    void giveBack(Room room) {
        if (folder.isPresent()) {
            rooms.add(room);
        } else {
            room.manager().close();
        }
    }

    /** The memory that is kept goes back to the system. */
    public void clear() {
        rooms.forEach(room -> room.manager().close());
        rooms.clear();
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
