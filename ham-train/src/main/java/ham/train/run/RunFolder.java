package ham.train.run;

import ham.merge.InputException;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Locale;

/**
 * The folder of a run. While the run is at work it is called {@code OUT.partial}, is locked against a second run and holds every finished
 * task; when everything is there it is renamed to {@code OUT}.
 */
public final class RunFolder implements AutoCloseable {
    /** Configuration, environment, hashes and class order. */
    public static final String RECORD = "run.json";
    /** Accuracies. */
    public static final String METRICS = "metrics.json";

    private static final String LOCK = ".lock";

    private final Path out;
    private final Path partial;
    private final FileChannel lockFile;

    private RunFolder(Path out, Path partial, FileChannel lockFile) {
        this.out = out;
        this.partial = partial;
        this.lockFile = lockFile;
    }

    /**
     * Opens the folder of a new run, or of one that was interrupted.
     *
     * @param out the finished run's name
     * @param resume whether an unfinished run is gone on with; without one, a new run begins
     * @param force whether a finished or unfinished run is replaced
     * @param inputs what the run reads, which its output must not replace
     * @throws InputException when the run exists and may not be replaced, or another process is at work on it
     */
    public static RunFolder open(Path out, boolean resume, boolean force, Collection<Path> inputs) {
        Outputs.checkFolder(out, force, RECORD, inputs);
        Path absolute = out.toAbsolutePath().normalize();
        Path partial = absolute.resolveSibling(absolute.getFileName() + ".partial");
        boolean unfinished = Files.exists(partial);
        if (unfinished && !resume && !force) {
            throw new InputException(
                    partial, "is an unfinished run; go on with it by --resume, or start over with --force");
        }
        if (unfinished && !Files.exists(partial.resolve(LOCK)) && !Files.exists(partial.resolve(RECORD))) {
            throw new InputException(partial, "expected an unfinished run, found something else; move it away");
        }
        try {
            Files.createDirectories(partial);
            FileChannel lockFile =
                    FileChannel.open(partial.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lockFile.tryLock();
            if (lock == null) {
                lockFile.close();
                throw new InputException(partial, "another ham process is at work on this run; wait for it or stop it");
            }
            RunFolder folder = new RunFolder(absolute, partial, lockFile);
            if (unfinished && !resume) {
                folder.clear();
            }
            return folder;
        } catch (IOException e) {
            throw InputException.unwritable(out, e);
        }
    }

    private void clear() throws IOException {
        for (String part : new String[] {RECORD, "adapters", "checkpoints", "merged", "heads"}) {
            Outputs.deleteTree(partial.resolve(part));
        }
    }

    /** Whether a task is finished, so that resuming saves work. */
    public boolean isWorthKeeping() {
        return Files.isDirectory(checkpoint(0));
    }

    /** Removes a run that failed before its first task was finished. */
    public void discard() {
        try {
            lockFile.close();
            Outputs.deleteTree(partial);
        } catch (IOException e) {
            throw InputException.unwritable(partial, e);
        }
    }

    /** A file or folder of the run while it is at work. */
    public Path path(String name) {
        return partial.resolve(name);
    }

    /** The folder of a task's adapter. */
    public Path adapter(int task) {
        return path("adapters/" + numbered(task));
    }

    /** The folder of the checkpoint after a task. */
    public Path checkpoint(int task) {
        return path("checkpoints/" + numbered(task));
    }

    static String numbered(int task) {
        return String.format(Locale.ROOT, "%03d", task);
    }

    /**
     * Gives the finished run its final name.
     *
     * @return the final folder
     */
    public Path finish() {
        try {
            lockFile.close();
            Files.deleteIfExists(path(LOCK));
            Outputs.replace(partial, out);
            return out;
        } catch (IOException e) {
            throw new InputException(out, "the finished run " + partial + " cannot be renamed to it: " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            // Closing releases the lock; there is nothing else to lose.
        }
    }
}
