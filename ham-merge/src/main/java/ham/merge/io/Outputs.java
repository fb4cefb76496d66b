package ham.merge.io;

import ham.merge.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Writes files and folders under a temporary sibling name and renames them when they are complete. What is unfinished when the writer fails,
 * or when the JVM is told to stop (Ctrl-C), is removed.
 */
public final class Outputs {
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> UNFINISHED.forEach(Outputs::deleteQuietly)));
    }

    private Outputs() {}

    /** Fills the file or folder at the path it is given. */
    @FunctionalInterface
    public interface PathWriter {
        void write(Path temporary) throws IOException;
    }

    /**
     * Writes one file.
     *
     * @param target final name; missing parent folders are made
     * @param force whether an existing target is replaced
     * @throws InputException when the target exists and {@code force} is off, or cannot be written
     */
    public static void file(Path target, boolean force, PathWriter writer) {
        produce(target, force, writer, false);
    }

    /** Writes a folder; as {@link #file}, the writer gets an empty folder to fill. */
    public static void folder(Path target, boolean force, PathWriter writer) {
        produce(target, force, writer, true);
    }

    /**
     * Checks that an output may be written, before long work is done for it.
     *
     * @throws InputException when the target exists and {@code force} is off
     */
    public static void refuseExisting(Path target, boolean force) {
        if (!force && Files.exists(target)) {
            throw new InputException(target, "exists already; choose another output or replace it with --force");
        }
    }

    private static void produce(Path target, boolean force, PathWriter writer, boolean folder) {
        refuseExisting(target, force);
        Path absolute = target.toAbsolutePath().normalize();
        Path temporary = absolute.resolveSibling(
                "." + absolute.getFileName() + ".tmp-" + ProcessHandle.current().pid());
        try {
            Files.createDirectories(absolute.getParent());
            deleteTree(temporary);
            UNFINISHED.add(temporary);
            if (folder) {
                Files.createDirectory(temporary);
            }
            writer.write(temporary);
            replace(temporary, absolute);
        } catch (AccessDeniedException e) {
            throw new InputException(target, "cannot be written: permission denied for " + e.getFile(), e);
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(target, "cannot be written: " + e.getMessage(), e);
        } finally {
            deleteQuietly(temporary);
            UNFINISHED.remove(temporary);
        }
    }

    /** Renames a finished file or folder, removing what stood there. */
    public static void replace(Path finished, Path target) throws IOException {
        if (Files.isDirectory(target)) {
            Path old = target.resolveSibling("." + target.getFileName() + ".old-"
                    + ProcessHandle.current().pid());
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(old);
        } else {
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Deletes a file or a folder with all that it holds; nothing happens when it is not there. */
    public static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path entry : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(entry);
            }
        }
    }

    private static void deleteQuietly(Path path) {
        try {
            deleteTree(path);
        } catch (IOException | UncheckedIOException e) {
            // A left-over temporary file harms nobody; the first failure is the one to report.
        }
    }
}
