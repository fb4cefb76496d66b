package ham.job.tune;

import ham.bench.latency.InterleavedMeasurement;
import ham.bench.latency.LatencySamples;
import ham.bench.latency.Measured;
import ham.bench.latency.TimedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Measures forms in turns: a turn is one run that counts, behind one that does not. */
final class Turns {
    /** So many bound the median whatever the time is, and one of them may be far off. */
    static final int LEAST = 9;

    private static final int MOST = 1000;
    private static final int WARM_UPS = 2;
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Duration UNLIMITED = Duration.ofDays(1);

    private Turns() {}

    /**
     * Durations of all candidates, as many of each: at least {@value #LEAST}.
     *
     * @param seconds after which no further turn begins
     */
    static List<Measured> measure(List<TimedAction> candidates, double seconds) {
        long start = System.nanoTime();
        List<Measured> least = turns(candidates, WARM_UPS, LEAST, UNLIMITED);
        long left = (long) (seconds * 1e9) - (System.nanoTime() - start);
        if (left <= 0) {
            return least;
        }
        List<Measured> more = turns(candidates, 0, MOST - LEAST, Duration.ofNanos(left));
        List<Measured> all = new ArrayList<>();
        for (int i = 0; i < least.size(); i++) {
            all.add(joined(least.get(i), more.get(i)));
        }
        return all;
    }

    private static List<Measured> turns(List<TimedAction> candidates, int warmUps, int most, Duration limit) {
        return new InterleavedMeasurement(warmUps, most, 1, PAUSE, limit).measure(candidates);
    }

    private static Measured joined(Measured first, Measured second) {
        LatencySamples samples = new LatencySamples();
        for (Measured each : List.of(first, second)) {
            for (long duration : each.samplesNs()) {
                samples.add(duration);
            }
        }
        return new Measured(first.name(), samples.toSummary(), samples.toArray());
    }
}
