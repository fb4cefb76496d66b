package ham.train.run;

import java.util.LinkedHashMap;
import java.util.Map;

/** How long the phases of a task take, in seconds. */
final class PhaseClock {
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private long last = System.nanoTime();

    /** What went by since the last call belongs to this phase. */
    void lap(String phase) {
        lap(phase, 0);
    }

    /**
     * What went by since the last call belongs to this phase, and so does what earlier processes spent on it.
     *
     * @param before seconds of earlier processes
     */
    void lap(String phase, double before) {
        long now = System.nanoTime();
        seconds.merge(phase, before + (now - last) / 1e9, Double::sum);
        last = now;
    }

    /** Seconds by phase, in the order in which they first ended. */
    Map<String, Double> seconds() {
        return seconds;
    }
}
