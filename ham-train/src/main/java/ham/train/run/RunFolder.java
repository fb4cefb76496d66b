package ham.train.run;

import ham.merge.InputException;
import ham.merge.io.Outputs;
import ham.train.record.MetricsRecord;
import ham.train.record.RunRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folder of a run. While the run is at work it is called {@code OUT.partial}, is locked against a second run and holds every finished
 * task; when everything is there it is renamed to {@code OUT}. A run that ends before anything is saved leaves nothing.
 */
public final class RunFolder implements AutoCloseable {
    /** Configuration, environment, hashes and class order. */
    public static final String RECORD = RunRecord.FILE;
    /** Accuracies. */
    public static final String METRICS = MetricsRecord.FILE;

    /** The accuracies as a table. */
    public static final String TABLE = "metrics.csv";

    static final String ADAPTERS = "adapters";
    static final String STATISTICS = "statistics.safetensors";
    private static final String LOCK = ".lock";

    private final Path out;
    private final Path partial;
    private final FileChannel lock;

    private RunFolder(Path out, Path partial, FileChannel lock) {
        this.out = out;
        this.partial = partial;
        this.lock = lock;
    }

    /**
     * Opens the folder of a new run, or of one that was interrupted.
     *
     * @param out the finished run's name
     * @param resume whether an unfinished run is gone on with; without one, a new run begins
     * @param force whether a finished or unfinished run is replaced
     * @throws InputException when the run exists and may not be replaced, or another process is at work on it
     */
    public static RunFolder open(Path out, boolean resume, boolean force) {
        Outputs.refuseExisting(out, force);
        Path absolute = out.toAbsolutePath().normalize();
        if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
            throw new InputException(out, "is a file and is not replaced by a run folder; choose another output");
        }
        Path partial = partial(out);
        // A run that could not write its first file leaves an empty folder.
        boolean isEmpty = Files.isDirectory(partial) && Outputs.isEmpty(partial);
        if (Files.exists(partial) && !Files.exists(partial.resolve(LOCK)) && !isEmpty) {
            throw new InputException(
                    partial,
                    "expected nothing or an unfinished run, found something else; move it away or choose another output");
        }
        RunFolder folder = new RunFolder(absolute, partial, lock(out, partial));
        try {
            boolean begun = folder.holdsWork();
            if (begun && !resume && !force) {
                throw new InputException(
                        partial, "is an unfinished run; go on with it (resume), or start over (force)");
            }
            folder.clear(begun && resume ? RunFolder::isUnfinishedOutput : entry -> true);
            return folder;
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static FileChannel lock(Path out, Path partial) {
        try {
            Files.createDirectories(partial);
            FileChannel file =
                    FileChannel.open(partial.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isFree(file)) {
                file.close();
                throw new InputException(partial, "another ham process is at work on this run; wait for it or stop it");
            }
            return file;
        } catch (IOException e) {
            throw InputException.unwritable(out, e);
        }
    }

    /** Takes the lock, which lasts until the file is closed; it is not free where another run has it, in this process or another. */
    private static boolean isFree(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** What a killed process was in the middle of writing, or of replacing. */
    private static boolean isUnfinishedOutput(Path entry) {
        String name = entry.getFileName().toString();
        return name.startsWith(".") && (name.contains(".tmp-") || name.contains(".old-"));
    }

    private void clear(Predicate<Path> old) {
        try {
            for (Path entry : entries(partial)) {
                if (old.test(entry)) {
                    Outputs.deleteTree(entry);
                } else if (Files.isDirectory(entry)) {
                    for (Path inside : entries(entry)) {
                        if (old.test(inside)) {
                            Outputs.deleteTree(inside);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw InputException.unwritable(partial, e);
        } catch (UncheckedIOException e) {
            throw InputException.unwritable(partial, e.getCause());
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> !entry.endsWith(LOCK)).toList();
        }
    }

    /** The folder of a task's adapter in a finished run. */
    public static Path adapter(Path run, int task) {
        return run.resolve(ADAPTERS).resolve(numbered(task));
    }

    /** The record of the finished or unfinished run of this name, where there is one. */
    public static Optional<RunRecord> recorded(Path out) {
        return Stream.of(out, partial(out))
                .map(run -> run.resolve(RECORD))
                .filter(Files::exists)
                .findFirst()
                .map(RunRecord::read);
    }

    static Path partial(Path out) {
        Path absolute = out.toAbsolutePath().normalize();
        return absolute.resolveSibling(absolute.getFileName() + ".partial");
    }

    /** Whether there is anything that a resumed run can go on from. */
    public boolean holdsWork() {
        return finishedTasks() > 0 || Files.exists(training(0));
    }

    /** How many tasks are trained and saved. */
    public int finishedTasks() {
        int finished = 0;
        while (Files.isDirectory(checkpoint(finished))) {
            finished++;
        }
        return finished;
    }

    /** The run's name while it is at work. */
    public Path path() {
        return partial;
    }

    /** A file or folder of the run while it is at work. */
    public Path path(String name) {
        return partial.resolve(name);
    }

    /** The folder of a task's adapter. */
    Path adapter(int task) {
        return path(ADAPTERS).resolve(numbered(task));
    }

    /** Where that folder will be when the run is finished. */
    Path finishedAdapter(int task) {
        return out.resolve(partial.relativize(adapter(task)));
    }

    /** The folder of the checkpoint after a task. */
    Path checkpoint(int task) {
        return path("checkpoints/" + numbered(task));
    }

    /** The statistics after a task of a finished run; only those after the last are kept. */
    public static Path statistics(Path run, int task) {
        return run.resolve("checkpoints").resolve(numbered(task)).resolve(STATISTICS);
    }

    /** The statistics of the checkpoint after a task. */
    Path statistics(int task) {
        return checkpoint(task).resolve(STATISTICS);
    }

    /** The file in which a task is saved while it is trained. */
    Path training(int task) {
        return path("training-" + numbered(task) + ".safetensors");
    }

    static String numbered(int task) {
        return String.format(Locale.ROOT, "%03d", task);
    }

    /**
     * Gives the finished run its final name, and deletes the statistics that only an unfinished run needs.
     *
     * @return the final folder
     */
    public Path finish() {
        return finish(false);
    }

    /**
     * Gives the finished run its final name.
     *
     * @param keepStatistics whether it keeps the statistics of its heads: twice 4 M^2 bytes for M random features
     * @return the final folder
     */
    public Path finish(boolean keepStatistics) {
        Path statistics = out.resolve(partial.relativize(statistics(finishedTasks() - 1)));
        try {
            Outputs.replace(partial, out);
            Files.deleteIfExists(out.resolve(LOCK));
            if (!keepStatistics) {
                Files.deleteIfExists(statistics);
            }
            lock.close();
            return out;
        } catch (IOException e) {
            throw new InputException(out, "the finished run " + partial + " cannot be renamed to it: " + e, e);
        }
    }

    /** Lets go of the folder, and removes it when nothing in it is worth keeping. */
    @Override
    public void close() {
        try {
            if (lock.isOpen() && !holdsWork()) {
                Outputs.deleteTree(partial);
            }
            lock.close();
        } catch (IOException | UncheckedIOException e) {
            // The lock ends with the process at the latest, and what is left of an empty run is replaced by the next.
        }
    }
}
