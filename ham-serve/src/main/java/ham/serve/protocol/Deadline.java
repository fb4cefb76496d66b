package ham.serve.protocol;

import java.time.Duration;

/**
 * A moment on the clock of {@link System#nanoTime}.
 *
 * @param nanos that clock's reading
 * @param isSet false for none
 */
public record Deadline(long nanos, boolean isSet) {
    /** Never. */
    public static final Deadline NONE = new Deadline(0, false);

    /** So much later than now. */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos(), true);
    }

    /** The earlier of the two. */
    public Deadline or(Deadline other) {
        if (!isSet || !other.isSet) {
            return isSet ? this : other;
        }
        return nanos - other.nanos < 0 ? this : other;
    }

    /** Nanoseconds from now; {@link Long#MAX_VALUE} where there is none. */
    public long left() {
        return isSet ? nanos - System.nanoTime() : Long.MAX_VALUE;
    }

    /** Whether it passed. */
    public boolean passed() {
        return isSet && left() <= 0;
    }

    /** What a request gets whose deadline passed. */
    public static ServeException exceeded() {
        return new ServeException(
                Status.DEADLINE, "Expected to answer before the request's deadline, found that it passed first.");
    }
}
