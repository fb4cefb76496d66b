package ham.job.work;

import ham.merge.io.Outputs;
import ham.merge.io.TemporaryFiles;
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
        path = TemporaryFiles.folder("ham-");
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
