package ham.bench.scenario;

import ham.bench.latency.NanoClock;

/** What one candidate does when it is its turn: it answers some queries and notes them. */
public interface Turn {
    /** Answers the queries of a turn. */
    void take(NanoClock clock, QueryLog log);
}
