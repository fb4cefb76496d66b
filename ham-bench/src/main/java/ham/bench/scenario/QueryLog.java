package ham.bench.scenario;

import ham.bench.latency.LatencySamples;
import java.util.Arrays;

/** Every query of one candidate, in the order in which they were answered. Not safe for use by several threads at once. */
public final class QueryLog {
    private final LatencySamples latencies = new LatencySamples();
    private long[] due = new long[64];
    private int[] tasks = new int[64];
    private int[] rounds = new int[64];
    private boolean[] switches = new boolean[64];
    private int round;
    private long elapsed;

    /**
     * Adds a query.
     *
     * @param task of its first image
     * @param switched whether that is another task than that of the image before
     * @param dueNs when it was sent, or was to be sent
     * @param latencyNs from then to its answer
     */
    void add(int task, boolean switched, long dueNs, long latencyNs) {
        int count = latencies.count();
        if (count == tasks.length) {
            due = Arrays.copyOf(due, 2 * count);
            tasks = Arrays.copyOf(tasks, 2 * count);
            rounds = Arrays.copyOf(rounds, 2 * count);
            switches = Arrays.copyOf(switches, 2 * count);
        }
        due[count] = dueNs;
        tasks[count] = task;
        rounds[count] = round;
        switches[count] = switched;
        latencies.add(latencyNs);
    }

    /** Adds the time, in ns, in which queries of a turn were answered or waited for. */
    void addElapsed(long duration) {
        elapsed += duration;
    }

    void beginRound(int number) {
        round = number;
    }

    /** Number of queries. */
    public int count() {
        return latencies.count();
    }

    /** Latencies of all queries, in ns. */
    public LatencySamples latencies() {
        return latencies;
    }

    /** Latencies of the queries that came to the same task as the one before, or to another, in ns. */
    public LatencySamples latencies(boolean switched) {
        LatencySamples chosen = new LatencySamples();
        long[] all = latencies.toArray();
        for (int i = 0; i < all.length; i++) {
            if (switches[i] == switched) {
                chosen.add(all[i]);
            }
        }
        return chosen;
    }

    /** Queries answered a second, of the time in which there was something to do or to wait for. */
    public double queriesPerSecond() {
        return count() / (elapsed / 1e9);
    }

    /** When a query was due, in ns of the measurement's clock. */
    public long due(int query) {
        return due[query];
    }

    /** Task of a query's first image. */
    public int task(int query) {
        return tasks[query];
    }

    /** The round in which a query was answered, from 0. */
    public int round(int query) {
        return rounds[query];
    }

    /** Rounds that have a query. */
    public int rounds() {
        return count() == 0 ? 0 : rounds[count() - 1] + 1;
    }
}
