package ham.merge.kernel;

import java.nio.FloatBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How fast kernels multiply here and now, for estimates. */
public final class KernelSpeed {
    private static final int ROWS = 128;
    private static final int COLUMNS = 256;
    private static final int INNER = 768;
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(30);

    private KernelSpeed() {}

    /** Floating point operations a second of one thread: the best of the products of some 30 ms. */
    public static double measure(Kernels kernels) {
        return measure(kernels, System::nanoTime);
    }

    /** The same by a clock of nanoseconds, which is read when the measurement begins and at the beginning and end of every product. */
    static double measure(Kernels kernels, LongSupplier clock) {
        FloatBuffer a = filled(ROWS * INNER);
        FloatBuffer b = filled(COLUMNS * INNER);
        FloatBuffer c = Kernels.allocate(ROWS * COLUMNS);
        long best = Long.MAX_VALUE;
        long begin = clock.getAsLong();
        long end;
        do {
            long from = clock.getAsLong();
            kernels.multiply(a, false, b, true, c, ROWS, COLUMNS, INNER, 0);
            end = clock.getAsLong();
            best = Math.min(best, Math.max(1, end - from));
        } while (end - begin < SHORT);
        return 2.0 * ROWS * COLUMNS * INNER / best * TimeUnit.SECONDS.toNanos(1);
    }

    private static FloatBuffer filled(int length) {
        FloatBuffer buffer = Kernels.allocate(length);
        for (int i = 0; i < length; i++) {
            buffer.put(i, (i % 7) - 3);
        }
        return buffer;
    }
}
