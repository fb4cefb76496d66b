package ham.bench.latency;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the clock of a measurement can tell, measured.
 *
 * @param source the call, and on Linux the hardware clock behind it
 * @param resolutionNs smallest difference above 0 of two readings, one straight after the other
 * @param callNs mean time of a reading
 */
public record ClockFacts(String source, long resolutionNs, double callNs) {
    private static final Path HARDWARE = Path.of("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    private static final int READINGS = 100_000;

    /** Measures the machine's monotonic clock. */
    public static ClockFacts ofSystem() {
        String source = "System.nanoTime";
        try {
            source += " (" + Files.readString(HARDWARE).strip() + ")";
        } catch (IOException e) {
            // Only Linux tells.
        }
        return measure(source, NanoClock.SYSTEM);
    }

    static ClockFacts measure(String source, NanoClock clock) {
        long smallest = Long.MAX_VALUE;
        long first = clock.now();
        long last = first;
        for (int i = 0; i < READINGS; i++) {
            long now = clock.now();
            if (now > last) {
                smallest = Math.min(smallest, now - last);
            }
            last = now;
        }
        return new ClockFacts(source, smallest, (double) (last - first) / READINGS);
    }
}
