package ham.bench.traffic;

import ham.runtime.ModelException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A pattern of traffic. The same pattern, seed and number of tasks give the same stream.
 *
 * @param zipfExponent s of {@link TrafficKind#ZIPF}, 0 or more (0 is uniform)
 * @param burstLength mean number of requests of one of {@link TrafficKind#BURSTS}, 1 or more
 */
public record Traffic(TrafficKind kind, double zipfExponent, double burstLength, long seed) {
    /**
     * Checks the parameters.
     *
     * @throws ModelException if one is out of its range
     */
    public Traffic {
        if (!(zipfExponent >= 0 && Double.isFinite(zipfExponent))) {
            throw new ModelException("Expected a Zipf exponent of 0 or more, found " + zipfExponent + ".");
        }
        if (!(burstLength >= 1 && Double.isFinite(burstLength))) {
            throw new ModelException("Expected a mean burst length of 1 or more, found " + burstLength + ".");
        }
    }

    /**
     * A new stream over tasks.
     *
     * @param tasks how many, at least 1
     */
    public RequestedTasks over(int tasks) {
        if (tasks < 1) {
            throw new IllegalArgumentException("expected at least one task, found " + tasks);
        }
        SplittableRandom random = new SplittableRandom(seed);
        return switch (kind) {
            case ROUND_ROBIN -> new RoundRobin(tasks);
            case UNIFORM -> () -> random.nextInt(tasks);
            case ZIPF -> zipf(tasks, random);
            case BURSTS -> new Bursts(tasks, burstLength, random);
        };
    }

    private RequestedTasks zipf(int tasks, SplittableRandom random) {
        double[] cumulative = new double[tasks];
        double sum = 0;
        for (int k = 0; k < tasks; k++) {
            sum += Math.pow(k + 1.0, -zipfExponent);
            cumulative[k] = sum;
        }
        double total = sum;
        return () -> {
            int found = Arrays.binarySearch(cumulative, random.nextDouble() * total);
            return Math.min(found < 0 ? -found - 1 : found + 1, tasks - 1);
        };
    }

    private static final class RoundRobin implements RequestedTasks {
        private final int tasks;
        private int next;

        RoundRobin(int tasks) {
            this.tasks = tasks;
        }

        @Override
        public int next() {
            int task = next;
            next = (next + 1) % tasks;
            return task;
        }
    }

    private static final class Bursts implements RequestedTasks {
        private final int tasks;
        private final double length;
        private final SplittableRandom random;
        private int task;

        Bursts(int tasks, double length, SplittableRandom random) {
            this.tasks = tasks;
            this.length = length;
            this.random = random;
            this.task = random.nextInt(tasks);
        }

        @Override
        public int next() {
            int now = task;
            if (tasks > 1 && random.nextDouble() * length < 1) {
                task = (task + 1 + random.nextInt(tasks - 1)) % tasks;
            }
            return now;
        }
    }
}
