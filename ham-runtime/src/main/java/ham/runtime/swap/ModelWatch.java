package ham.runtime.swap;

import ham.runtime.classify.Classifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Serves a model file: opens it, looks at it from time to time and swaps the slot's classifier when the file was replaced. A change counts once
 * the file looked the same twice, so that a copy under way is not taken; still, replace a model by renaming a whole file onto it, its external
 * data first. A file that cannot be used is tried again, after twice as many looks each time, up to {@value #LONGEST_PAUSE}.
 */
public final class ModelWatch implements AutoCloseable {
    private static final int LONGEST_PAUSE = 256;

    private final ClassifierSlot slot;
    private final Path file;
    private final Function<Path, Classifier> opener;
    private final Listener listener;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Optional<Stamp> served;
    private Optional<Stamp> last;
    private Optional<Stamp> refused = Optional.empty();
    private int pause;
    private int looksLeft;

    /** Told about changes of the file, on the thread of the watch. What it throws goes to that thread's handler of uncaught exceptions. */
    public interface Listener {
        /** The file is in service now. */
        void swapped(Path file);

        /** The file cannot be used; what was in service still is. Told once for every state of the file, however often it is tried. */
        void refused(Path file, Throwable reason);
    }

    private ModelWatch(
            ClassifierSlot slot,
            Path file,
            Optional<Stamp> served,
            Function<Path, Classifier> opener,
            Duration every,
            Listener listener) {
        this.slot = slot;
        this.file = file;
        this.opener = opener;
        this.listener = listener;
        this.served = served;
        this.last = served;
        this.thread = new Thread(() -> watch(every), "ham-watch " + file);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /**
     * Opens the file, puts it into service and begins to watch it, on a daemon thread. A replacement while it is opened is noticed too.
     *
     * @param opener how the file and later ones are opened
     * @param rule how much a later model may differ
     * @param warmUps runs that a later model makes before it gets requests
     * @param every how often the file is looked at
     * @throws ham.runtime.ModelException if the file cannot be opened, or whatever else {@code opener} throws
     */
    public static ModelWatch open(
            Path file,
            Function<Path, Classifier> opener,
            SwapRule rule,
            int warmUps,
            Duration every,
            Listener listener) {
        Optional<Stamp> before = stamp(file);
        ClassifierSlot slot = new ClassifierSlot(opener.apply(file), rule, warmUps);
        return new ModelWatch(slot, file, before, opener, every, listener);
    }

    /** Where requests go. It is this watch's to close. */
    public ClassifierSlot slot() {
        return slot;
    }

    private void watch(Duration every) {
        try {
            while (!closed.await(every.toNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    look();
                } catch (Throwable e) {
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // by the opener or the listener, who want no more of it
        }
    }

    private void look() {
        Optional<Stamp> now = stamp(file);
        boolean settled = now.isPresent() && now.equals(last);
        last = now;
        boolean again = now.equals(refused);
        if (!settled || now.equals(served) || (again && --looksLeft > 0)) {
            return;
        }
        Optional<Throwable> failure = swap();
        if (failure.isEmpty()) {
            served = now;
            refused = Optional.empty();
            listener.swapped(file);
            return;
        }
        refused = now;
        pause = again ? Math.min(2 * pause, LONGEST_PAUSE) : 1;
        looksLeft = pause;
        if (!again) {
            listener.refused(file, failure.get());
        }
    }

    private Optional<Throwable> swap() {
        try {
            slot.swap(() -> opener.apply(file));
            return Optional.empty();
        } catch (Throwable e) {
            return Optional.of(e);
        }
    }

    /** Empty while there is no such file, as in the middle of some replacements. */
    private static Optional<Stamp> stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new Stamp(
                    attributes.lastModifiedTime().toString(), attributes.size(), String.valueOf(attributes.fileKey())));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Ends the watch, waits for a swap and for requests under way, and closes the slot; may be repeated. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        slot.close();
    }

    /** What tells one state of a file from another. */
    private record Stamp(String modified, long size, String key) {}
}
