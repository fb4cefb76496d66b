package ham.job.tune;

import ham.bench.latency.InterleavedMeasurement;
import ham.bench.latency.Measured;
import ham.bench.latency.TimedAction;
import java.time.Duration;
import java.util.List;

/** Measures forms in turns: a turn is one run that counts, behind one that does not. */
final class Turns {
    /** So many bound the median whatever the time is, and one of them may be far off. */
    static final int LEAST = 9;

    private static final int MOST = 1000;
    private static final int WARM_UPS = 2;
    private static final Duration PAUSE = Duration.ofMillis(2);

    private Turns() {}

    /**
     * Durations of all candidates, as many of each: at least {@value #LEAST}.
     *
     * @param seconds after which no further turn begins
     */
    static List<Measured> measure(List<TimedAction> candidates, double seconds) {
        return new InterleavedMeasurement(WARM_UPS, LEAST, MOST, 1, PAUSE, Duration.ofNanos((long) (seconds * 1e9)))
                .measure(candidates);
    }
}
