package ham.bench.latency;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Turns of what is compared: in every round each has one, and every round begins with the next one, so that drift of the machine spreads over
 * all. A turn begins with a pause, in which the threads of its neighbour stop spinning.
 */
public final class Rotation {
    private Rotation() {}

    /** Gives everybody a turn: {@code turn} is called with each number from 0 to {@code count} - 1. */
    public static void round(int round, int count, Duration pause, IntConsumer turn) {
        for (int i = 0; i < count; i++) {
            LockSupport.parkNanos(pause.toNanos());
            turn.accept((round + i) % count);
        }
    }
}
