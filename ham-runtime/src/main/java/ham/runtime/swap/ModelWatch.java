package ham.runtime.swap;

import ham.runtime.model.Classifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Looks at a model file from time to time and swaps a slot's classifier when the file was replaced. A change counts once the file looked the
 * same twice, so that a copy under way is not taken; still, replace a model by renaming a whole file onto it, its external data first.
 */
public final class ModelWatch implements AutoCloseable {
    private final ClassifierSlot slot;
    private final Path file;
    private final Function<Path, Classifier> opener;
    private final Listener listener;
    private final Thread thread;
    private Optional<Stamp> served;
    private Optional<Stamp> last;

    /** Told about every change of the file, on the thread of the watch. */
    public interface Listener {
        /** The file is in service now. */
        void swapped(Path file);

        /** The file cannot be used; what was in service still is. */
        void refused(Path file, RuntimeException reason);
    }

    /**
     * Begins to watch, on a daemon thread.
     *
     * @param file what {@code slot} serves now
     * @param opener how a newer file is opened
     * @param every how often the file is looked at
     */
    public ModelWatch(
            ClassifierSlot slot, Path file, Function<Path, Classifier> opener, Duration every, Listener listener) {
        this.slot = slot;
        this.file = file;
        this.opener = opener;
        this.listener = listener;
        this.served = stamp();
        this.last = served;
        this.thread = new Thread(() -> watch(every), "ham-watch " + file);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    private void watch(Duration every) {
        try {
            while (true) {
                Thread.sleep(every.toMillis());
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void look() {
        Optional<Stamp> now = stamp();
        boolean settled = now.isPresent() && now.equals(last);
        last = now;
        if (settled && !now.equals(served)) {
            served = now;
            try {
                slot.swap(() -> opener.apply(file));
                listener.swapped(file);
            } catch (RuntimeException e) {
                listener.refused(file, e);
            }
        }
    }

    /** Empty while there is no such file, as in the middle of some replacements. */
    private Optional<Stamp> stamp() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new Stamp(
                    attributes.lastModifiedTime().toString(), attributes.size(), String.valueOf(attributes.fileKey())));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Ends the watch; waits for a swap under way. The slot stays as it is. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What tells one state of a file from another. */
    private record Stamp(String modified, long size, String key) {}
}
