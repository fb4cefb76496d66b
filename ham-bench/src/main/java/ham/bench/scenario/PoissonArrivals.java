package ham.bench.scenario;

import ham.bench.latency.NanoClock;
import ham.bench.traffic.RequestedTasks;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * {@link Scenario#SERVER}: queries of one image are due at the times of a Poisson process, and are answered in that order by one thread. Latency:
 * from when a query was due, not from when somebody had time for it, so that waiting in the queue counts. Every turn begins with an empty
 * queue.
 */
public final class PoissonArrivals implements Turn {
    private final QueryTarget target;
    private final Queries queries;
    private final double meanGap;
    private final SplittableRandom random;
    private final int perTurn;
    private final long limit;

    /**
     * Plans turns.
     *
     * @param rate queries that become due a second, above 0
     * @param seed of the gaps
     * @param perTurn most queries of a turn, at least 1
     * @param limit no query of a turn is answered after this time; one always is
     */
    public PoissonArrivals(
            QueryTarget target, RequestedTasks stream, double rate, long seed, int perTurn, Duration limit) {
        if (!(rate > 0 && Double.isFinite(rate)) || perTurn < 1) {
            throw new IllegalArgumentException(
                    "expected a rate above 0 and at least 1 query a turn, found " + rate + " and " + perTurn);
        }
        this.target = target;
        this.queries = new Queries(stream, 1);
        this.meanGap = 1e9 / rate;
        this.random = new SplittableRandom(seed);
        this.perTurn = perTurn;
        this.limit = limit.toNanos();
    }

    @Override
    public void take(NanoClock clock, QueryLog log) {
        target.answer(queries.next());
        long began = clock.now();
        long end = began;
        double since = 0; // double, so that rounding to ns does not add up
        for (int i = 0; i < perTurn && (i == 0 || end - began < limit); i++) {
            int[] tasks = queries.next();
            since -= meanGap * Math.log1p(-random.nextDouble());
            long due = began + (long) since;
            clock.waitUntil(due);
            target.answer(tasks);
            end = clock.now();
            log.add(queries.task(), queries.switched(), due, end - due);
        }
        log.addElapsed(end - began);
    }
}
