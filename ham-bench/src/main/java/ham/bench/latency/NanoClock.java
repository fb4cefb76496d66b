package ham.bench.latency;

import java.util.concurrent.locks.LockSupport;

/** A clock in nanoseconds from an arbitrary beginning, and a way to wait for it; tests have one that needs no time. */
public interface NanoClock {
    /** The machine's monotonic clock. */
    NanoClock SYSTEM = new SystemClock();

    /** The time now, in ns. */
    long now();

    /** Waits until {@link #now} is at least {@code time}; returns at once when it is already. */
    void waitUntil(long time);

    /** {@link System#nanoTime}: sleeps for most of a wait, spins for the rest, since a sleep ends late. */
    final class SystemClock implements NanoClock {
        private static final long SPIN_NS = 200_000;

        private SystemClock() {}

        @Override
        public long now() {
            return System.nanoTime();
        }

        @Override
        public void waitUntil(long time) {
            for (long left = time - now(); left > 0; left = time - now()) {
                if (left > SPIN_NS) {
                    LockSupport.parkNanos(left - SPIN_NS);
                } else {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
