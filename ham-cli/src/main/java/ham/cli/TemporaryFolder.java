package ham.cli;

import ham.merge.InputException;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder for intermediate files, gone when it is closed or the JVM ends. */
final class TemporaryFolder implements AutoCloseable {
    private final Path path;
    private final Thread cleaner;

    TemporaryFolder() {
        try {
            path = Files.createTempDirectory("ham");
        } catch (IOException e) {
            throw InputException.unwritable(Path.of(System.getProperty("java.io.tmpdir")), e);
        }
        cleaner = new Thread(this::delete);
        Runtime.getRuntime().addShutdownHook(cleaner);
    }

    Path path() {
        return path;
    }

    /** Renamed first, so that whoever is still writing cannot add to what is being deleted. */
    private void delete() {
        Path stopped = path.resolveSibling(path.getFileName() + "-stopped");
        try {
            Files.move(path, stopped);
            Outputs.deleteTree(stopped);
        } catch (IOException e) {
            // The operating system clears its temporary folder.
        }
    }

    @Override
    public void close() {
        delete();
        if (!Interruption.isUnderWay()) {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        }
    }
}
