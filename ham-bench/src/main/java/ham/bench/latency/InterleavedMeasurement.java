package ham.bench.latency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures candidates side by side, in turns as {@link Rotation} says. A turn begins with one run that is not counted, which warms the caches
 * again.
 *
 * <p>All candidates get the same number of samples. Warm-up rounds (for the JIT compiler, caches and memory arenas) are run
 * in the same way and thrown away.
 *
 * @param warmUpRounds rounds before the clock counts, 0 or more
 * @param least rounds that are measured however long they take, at least 1
 * @param rounds most rounds that are measured, no fewer than least
 * @param perTurn runs of a turn that count, at least 1
 * @param pause idle time before every turn
 * @param limit no further round begins after the measured ones have taken this long
 */
public record InterleavedMeasurement(
        int warmUpRounds, int least, int rounds, int perTurn, Duration pause, Duration limit) {
    public InterleavedMeasurement {
        if (warmUpRounds < 0 || least < 1 || rounds < least || perTurn < 1) {
            throw new IllegalArgumentException(
                    "expected warm-up rounds of at least 0, least rounds of at least 1, no fewer rounds, and runs a turn of"
                            + " at least 1, found " + warmUpRounds + ", " + least + ", " + rounds + " and " + perTurn);
        }
    }

    /** One round always takes place. */
    public InterleavedMeasurement(int warmUpRounds, int rounds, int perTurn, Duration pause, Duration limit) {
        this(warmUpRounds, 1, rounds, perTurn, pause, limit);
    }

    /** Measures with the system's clock; results in the order of the candidates. */
    public List<Measured> measure(List<TimedAction> candidates) {
        return measure(candidates, System::nanoTime);
    }

    /** Measures with a clock that gives nanoseconds. */
    List<Measured> measure(List<TimedAction> candidates, LongSupplier clock) {
        for (int round = 0; round < warmUpRounds; round++) {
            run(candidates, round, clock, newSamples(candidates));
        }
        List<LatencySamples> samples = newSamples(candidates);
        long start = clock.getAsLong();
        for (int round = 0; round < rounds; round++) {
            if (round >= least && clock.getAsLong() - start >= limit.toNanos()) {
                break;
            }
            run(candidates, round, clock, samples);
        }
        List<Measured> measured = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            LatencySamples own = samples.get(i);
            measured.add(new Measured(candidates.get(i).name(), own.toSummary(), own.toArray()));
        }
        return measured;
    }

    private void run(List<TimedAction> candidates, int round, LongSupplier clock, List<LatencySamples> samples) {
        Rotation.round(round, candidates.size(), pause, index -> {
            Runnable action = candidates.get(index).action();
            action.run();
            for (int i = 0; i < perTurn; i++) {
                long start = clock.getAsLong();
                action.run();
                samples.get(index).add(clock.getAsLong() - start);
            }
        });
    }

    private static List<LatencySamples> newSamples(List<TimedAction> candidates) {
        return candidates.stream().map(candidate -> new LatencySamples()).toList();
    }
}
