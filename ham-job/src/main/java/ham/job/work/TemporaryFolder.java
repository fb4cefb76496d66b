package ham.job.work;

import ham.merge.InputException;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is gone when the work is over, or when the process is told to stop. */
public final class TemporaryFolder implements AutoCloseable {
    private final Path path;
    private final StopHook hook;

    /** A new folder. */
    public TemporaryFolder() {
        try {
            path = Files.createTempDirectory("ham-");
        } catch (IOException e) {
            throw InputException.unwritable(Path.of(System.getProperty("java.io.tmpdir")), e);
        }
        hook = new StopHook(this::delete);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Renamed first, so that whoever is still writing cannot add to what is being deleted. */
    private void delete() {
        Path stopped = path.resolveSibling(path.getFileName() + "-stopped");
        try {
            Files.move(path, stopped);
            Outputs.deleteTree(stopped);
        } catch (IOException | UncheckedIOException e) {
            // The operating system clears its temporary folder.
        }
    }

    @Override
    public void close() {
        delete();
        hook.remove();
    }
}
