package ham.train.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Lets programs of the engine run until the process is to end, then lets those that run come to their end and no other begin. PyTorch frees
 * what it works with when a process ends, and would crash in the middle of a step.
 */
final class ProgramGate {
    /** The gate of this process; it is closed when the JVM shuts down. */
    static final ProgramGate PROCESS = new ProgramGate();

    /** Longer than any step on a CPU. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> PROCESS.close(PATIENCE), "ham engine's end"));
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    /** Runs a program; waits for ever where the gate is closed. */
    <T> T through(Supplier<T> program) {
        lock.readLock().lock();
        try {
            return program.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Closes the gate for good.
     *
     * @param patience how long programs that run are waited for
     * @return whether all of them ended
     */
    boolean close(Duration patience) {
        try {
            return lock.writeLock().tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
