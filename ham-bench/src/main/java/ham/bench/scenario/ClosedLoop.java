package ham.bench.scenario;

import ham.bench.latency.NanoClock;
import ham.bench.traffic.RequestedTasks;
import java.time.Duration;

/**
 * Queries one after the other: {@link Scenario#SINGLE_STREAM}, {@link Scenario#MULTI_STREAM} and {@link Scenario#OFFLINE}, which differ in the
 * number of images. The first query of a turn is not counted: it warms the caches again. Latency: from sending a query to its answer.
 */
public final class ClosedLoop implements Turn {
    private final QueryTarget target;
    private final Queries queries;
    private final int perTurn;
    private final int together;
    private final long limit;

    /**
     * Plans turns.
     *
     * @param images of a query, at least 1
     * @param perTurn most queries of a turn, at least 1
     * @param limit no query of a turn is sent after this time; one always is
     */
    public ClosedLoop(QueryTarget target, RequestedTasks stream, int images, int perTurn, Duration limit) {
        this(target, stream, images, perTurn, 1, limit);
    }

    /**
     * Plans turns of queries that belong together.
     *
     * @param together a turn counts a multiple of so many queries, whatever the limit, so that none of a kind is left out
     */
    public ClosedLoop(
            QueryTarget target, RequestedTasks stream, int images, int perTurn, int together, Duration limit) {
        if (images < 1 || perTurn < 1 || together < 1 || perTurn % together != 0) {
            throw new IllegalArgumentException("expected at least 1 image a query and queries a turn in a multiple of "
                    + together + ", found " + images + " and " + perTurn);
        }
        this.together = together;
        this.target = target;
        this.queries = new Queries(stream, images);
        this.perTurn = perTurn;
        this.limit = limit.toNanos();
    }

    @Override
    public void take(NanoClock clock, QueryLog log) {
        target.answer(queries.next());
        long began = clock.now();
        for (int i = 0; i < perTurn; i++) {
            int[] tasks = queries.next();
            long start = clock.now();
            target.answer(tasks);
            long end = clock.now();
            log.add(queries.task(), queries.switched(), start, end - start);
            log.addElapsed(end - start);
            if (end - began >= limit && (i + 1) % together == 0) {
                break;
            }
        }
    }
}
