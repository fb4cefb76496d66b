package ham.serve.grpc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Tells whether runs come one by one, or whether there are several at a time, which had better wait in the queue and share a run. Those that came while a thread
 * was kept by a run are read as soon as it is not: a run that begins right behind another one had company, too.
 */
final class Company {
    /** A client that waits for an answer before it sends the next request takes longer than this. */
    private static final long AT_ONCE = 50_000;
    /** For how long it is supposed to stay, in nanoseconds. */
    private static final long STAYS = 100_000_000;

    private final LongSupplier clock;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long lastEnd;
    private volatile long lastMet;

    /** @param clock in nanoseconds */
    Company(LongSupplier clock) {
        this.clock = clock;
        lastEnd = clock.getAsLong() - STAYS;
        lastMet = lastEnd;
    }

    /** A run comes; whether it has company, or had some of late. */
    boolean enter() {
        long now = clock.getAsLong();
        if (underWay.getAndIncrement() > 0 || now - lastEnd < AT_ONCE) {
            lastMet = now;
        }
        return now - lastMet < STAYS;
    }

    /** A run ended. */
    void leave() {
        lastEnd = clock.getAsLong();
        underWay.decrementAndGet();
    }
}
