package ham.bench.strategy;

import ham.bench.latency.NanoClock;
import ham.bench.scenario.ClosedLoop;
import ham.bench.scenario.PoissonArrivals;
import ham.bench.scenario.QueryLog;
import ham.bench.scenario.QueryTarget;
import ham.bench.scenario.Turn;
import ham.bench.traffic.Traffic;
import java.time.Duration;

/**
 * What the benchmark itself adds to a latency: a target that does nothing, measured in the same way.
 *
 * @param closedLoopNs median latency of an empty query, one after the other, in ns
 * @param serverNs the same for Poisson arrivals: waking up late after a wait counts, in ns
 */
public record HarnessOverhead(double closedLoopNs, double serverNs) {
    private static final int QUERIES = 20_000;
    private static final int ARRIVALS = 200;
    private static final double RATE = 2000;

    /** Measures. */
    public static HarnessOverhead measure(Traffic traffic, int tasks, NanoClock clock) {
        int[] sink = new int[1];
        QueryTarget nothing = query -> sink[0] += query[0];
        Turn loop = new ClosedLoop(nothing, traffic.over(tasks), 1, QUERIES, Duration.ofSeconds(1));
        loop.take(clock, new QueryLog());
        Turn server = new PoissonArrivals(
                nothing, traffic.over(tasks), RATE, traffic.seed(), ARRIVALS, Duration.ofSeconds(1));
        HarnessOverhead measured = new HarnessOverhead(median(loop, clock), median(server, clock));
        if (sink[0] < 0) {
            throw new IllegalStateException("tasks are not negative");
        }
        return measured;
    }

    private static double median(Turn turn, NanoClock clock) {
        QueryLog log = new QueryLog();
        turn.take(clock, log);
        return log.latencies().percentile(0.5);
    }
}
