package ham.merge.io;

import ham.merge.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * Writes files and folders under a temporary sibling name and renames them when they are complete. What is unfinished when the writer fails,
 * or when the JVM is told to stop (Ctrl-C), is removed.
 */
public final class Outputs {
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Outputs::removeUnfinished));
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
     * @param force whether an existing file is replaced; a folder never is
     * @throws InputException when the target exists and {@code force} is off, or cannot be written
     */
    public static void file(Path target, boolean force, PathWriter writer) {
        produce(target, force, writer, false);
    }

    /**
     * Writes a folder; as {@link #file}, but the writer gets an empty folder to fill, and with {@code force} a folder is replaced, a file never.
     */
    public static void folder(Path target, boolean force, PathWriter writer) {
        produce(target, force, writer, true);
    }

    /**
     * Writes several files that only make sense together; as {@link #file}, but the writer gets an empty folder to fill with files of the
     * targets' names, all of them or some, the last target among them.
     *
     * @param targets files of one folder; the last one, which refers to the others, gets its name when they have theirs, and where it is
     *     replaced it is gone before the first of them is
     */
    public static void files(List<Path> targets, boolean force, PathWriter writer) {
        targets.forEach(target -> check(target, force, false));
        Path main = targets.get(targets.size() - 1);
        Path absolute = main.toAbsolutePath().normalize();
        Path temporary = temporary(absolute);
        try {
            Files.createDirectories(absolute.getParent());
            deleteTree(temporary);
            UNFINISHED.add(temporary);
            Files.createDirectory(temporary);
            writer.write(temporary);
            if (!Files.exists(temporary.resolve(main.getFileName()))) {
                throw new IllegalStateException("nothing was written for " + main);
            }
            targets.forEach(target -> refuseExisting(target, force));
            synchronized (UNFINISHED) {
                if (targets.size() > 1) {
                    Files.deleteIfExists(absolute);
                }
                for (Path target : targets) {
                    Path finished = temporary.resolve(target.getFileName());
                    if (Files.exists(finished)) {
                        replace(finished, absolute.resolveSibling(target.getFileName()));
                    }
                }
            }
        } catch (IOException e) {
            throw InputException.unwritable(main, e);
        } catch (UncheckedIOException e) {
            throw InputException.unwritable(main, e.getCause());
        } finally {
            deleteQuietly(temporary);
            UNFINISHED.remove(temporary);
        }
    }

    private static Path temporary(Path absolute) {
        return absolute.resolveSibling(
                "." + absolute.getFileName() + ".tmp-" + ProcessHandle.current().pid());
    }

    /**
     * Checks that an output may be written, before long work is done for it.
     *
     * @throws InputException when the target exists and {@code force} is off
     */
    public static void refuseExisting(Path target, boolean force) {
        if (!force && Files.exists(target)) {
            throw new InputException(target, "exists already; choose another output, or replace it (force)");
        }
        if (Files.isSymbolicLink(target) && !Files.exists(target)) {
            throw new InputException(
                    target, "is a link to something that is not there; remove it or choose another output");
        }
    }

    /**
     * As {@link #refuseExisting}, and that replacing the file would cost none of the inputs: an existing file is not replaced when it is one of
     * them or lies in one.
     *
     * @throws InputException also when a folder stands there
     */
    public static void checkFile(Path target, boolean force, Collection<Path> inputs) {
        check(target, force, false);
        refuseInputs(target, inputs, (replaced, input) -> replaced.startsWith(input));
    }

    /**
     * As {@link #checkFile} for a folder, which is only replaced when it looks like one that ham wrote and holds none of the inputs.
     *
     * @param mark the file by which such a folder is known
     * @throws InputException also when a file stands there, or a folder that holds something else
     */
    public static void checkFolder(Path target, boolean force, String mark, Collection<Path> inputs) {
        check(target, force, true);
        if (Files.isDirectory(target) && !Files.exists(target.resolve(mark)) && !isEmpty(target)) {
            throw new InputException(
                    target,
                    "is not replaced: expected a folder with " + mark + ", found one that holds something else; choose"
                            + " another output");
        }
        refuseInputs(target, inputs, (replaced, input) -> input.startsWith(replaced));
    }

    private static void refuseInputs(Path target, Collection<Path> inputs, BiPredicate<Path, Path> costs) {
        if (!Files.exists(target)) {
            return;
        }
        Path replaced = real(target);
        for (Path input : inputs) {
            if (costs.test(replaced, real(input))) {
                throw new InputException(
                        target,
                        "is not replaced, because the input " + input
                                + " would be lost or changed; choose another output");
            }
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // What is not there cannot be lost; reading it will say so.
            return path.toAbsolutePath().normalize();
        }
    }

    /**
     * Whether a folder holds nothing.
     *
     * @throws InputException when it cannot be read
     */
    public static boolean isEmpty(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.findAny().isEmpty();
        } catch (IOException e) {
            throw InputException.unreadable(folder, e);
        }
    }

    private static void check(Path target, boolean force, boolean folder) {
        refuseExisting(target, force);
        refuseOtherKind(target, target.toAbsolutePath().normalize(), folder);
    }

    private static void produce(Path target, boolean force, PathWriter writer, boolean folder) {
        check(target, force, folder);
        Path absolute = target.toAbsolutePath().normalize();
        Path temporary = temporary(absolute);
        try {
            Files.createDirectories(absolute.getParent());
            deleteTree(temporary);
            UNFINISHED.add(temporary);
            if (folder) {
                Files.createDirectory(temporary);
            }
            writer.write(temporary);
            // Somebody else may have written it in the meantime.
            refuseExisting(target, force);
            synchronized (UNFINISHED) {
                replace(temporary, absolute);
                UNFINISHED.remove(temporary);
            }
        } catch (IOException e) {
            throw InputException.unwritable(target, e);
        } catch (UncheckedIOException e) {
            throw InputException.unwritable(target, e.getCause());
        } finally {
            deleteQuietly(temporary);
            UNFINISHED.remove(temporary);
        }
    }

    private static void refuseOtherKind(Path target, Path absolute, boolean folder) {
        if (absolute.getFileName() == null || Path.of("").toAbsolutePath().startsWith(absolute)) {
            throw new InputException(target, "holds the working folder; choose another output");
        }
        if (Files.exists(absolute) && Files.isDirectory(absolute) != folder) {
            throw new InputException(
                    target,
                    folder
                            ? "is a file and is not replaced by a folder; choose another output"
                            : "is a folder and is not replaced by a file; choose another output");
        }
    }

    /**
     * Renames a finished file or folder, removing what stood there; that is put back when the renaming fails.
     */
    public static void replace(Path finished, Path target) throws IOException {
        if (Files.isDirectory(target)) {
            Path old = target.resolveSibling("." + target.getFileName() + ".old-"
                    + ProcessHandle.current().pid());
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            try {
                Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
                throw e;
            }
            deleteTree(old);
        } else {
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Deletes a file or a folder with all that it holds; nothing happens when it is not there. */
    public static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path entry : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(entry);
            }
        }
    }

    /**
     * At the end of the JVM, while writers may still be at work: each output is renamed before it is deleted, so that its writer can neither
     * add to it nor give it its final name.
     */
    private static void removeUnfinished() {
        synchronized (UNFINISHED) {
            for (Path temporary : UNFINISHED) {
                Path stopped = temporary.resolveSibling(temporary.getFileName() + "-stopped");
                try {
                    Files.move(temporary, stopped, StandardCopyOption.ATOMIC_MOVE);
                    deleteTree(stopped);
                } catch (IOException | UncheckedIOException e) {
                    // Nothing was written yet, or it cannot be removed: there is nobody left to tell.
                }
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
