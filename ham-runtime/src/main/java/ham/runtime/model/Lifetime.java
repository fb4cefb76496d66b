package ham.runtime.model;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Runs and the one close of something native: runs go on side by side, {@link #close} waits for those under way, and what comes after it is
 * refused.
 */
public final class Lifetime {
    private final String name;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    /** Begins open. The name is what error messages call it. */
    public Lifetime(String name) {
        this.name = name;
    }

    /**
     * Begins a run; {@link #leave} must follow on the same thread.
     *
     * @throws IllegalStateException once closed
     */
    public void enter() {
        lock.readLock().lock();
        if (closed) {
            lock.readLock().unlock();
            throw new IllegalStateException(name + ": was closed and cannot run any more");
        }
    }

    /** As {@link #enter}, but tells whether it began, and does not wait for a close that waits for runs. */
    public boolean tryEnter() {
        if (!lock.readLock().tryLock()) {
            return false;
        }
        if (closed) {
            lock.readLock().unlock();
            return false;
        }
        return true;
    }

    /** Ends a run. */
    public void leave() {
        lock.readLock().unlock();
    }

    /** Waits for runs under way and then calls {@code release}, the first time; later calls do nothing. */
    public void close(Runnable release) {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                release.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
