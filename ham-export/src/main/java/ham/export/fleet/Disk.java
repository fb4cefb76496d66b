package ham.export.fleet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * What is done to a disk step by step, so that power can be lost between any two of them. A rename is atomic; what was written before a {@link #sync}
 * is there afterwards.
 */
interface Disk {
    /** The disk of this machine. */
    Disk REAL = new Disk() {};

    /** Writes what was written to a file to the disk itself. */
    default void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** The same of the names in a folder; systems that cannot do that to a folder write names in their own order. */
    default void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            if (System.getProperty("os.name").startsWith("Windows")) {
                return;
            }
            throw e;
        }
    }

    /** Gives a file another name, in place of what has it. */
    default void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A second name of a file, or a copy where there are none. */
    default void link(Path name, Path file) throws IOException {
        Files.deleteIfExists(name);
        try {
            Files.createLink(name, file);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, name, StandardCopyOption.REPLACE_EXISTING);
            sync(name);
        }
    }

    /** Writes a small file. */
    default void write(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
    }

    /** Removes a file, if it is there. */
    default void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
