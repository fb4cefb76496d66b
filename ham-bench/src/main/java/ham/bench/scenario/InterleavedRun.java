package ham.bench.scenario;

import ham.bench.latency.NanoClock;
import ham.bench.latency.Rotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lets candidates take turns ({@link Rotation}) until all are stable, each has answered as many queries as wanted, or the time is up. Warm-up
 * rounds (for the JIT compiler, caches and memory arenas) come first and are counted apart.
 *
 * @param warmUpRounds rounds before the measured ones, 1 or more; they end early after a tenth of the budget
 * @param queries a candidate that has answered as many has no more turns; at least 1
 * @param pause idle time before every turn
 * @param budget no round begins after this time, warm-up included; one measured round always takes place
 * @param rule when a candidate is stable
 */
public record InterleavedRun(int warmUpRounds, int queries, Duration pause, Duration budget, StabilityRule rule) {
    public InterleavedRun {
        if (warmUpRounds < 1 || queries < 1) {
            throw new IllegalArgumentException(
                    "expected at least 1 warm-up round and 1 query, found " + warmUpRounds + " and " + queries);
        }
    }

    /**
     * What a candidate did.
     *
     * @param warmUp queries that do not count
     * @param log queries that count
     * @param stable whether the rule holds for them
     */
    public record Outcome(QueryLog warmUp, QueryLog log, boolean stable) {}

    /** Runs; outcomes in the order of the candidates. */
    public List<Outcome> measure(List<? extends Turn> candidates, NanoClock clock) {
        List<QueryLog> warmUp = logs(candidates.size());
        long start = clock.now();
        int round = 0;
        do {
            round(round++, candidates, warmUp, clock);
        } while (round < warmUpRounds && clock.now() - start < budget.toNanos() / 10);

        List<QueryLog> logs = logs(candidates.size());
        round = 0;
        do {
            round(round++, candidates, logs, clock);
        } while (clock.now() - start < budget.toNanos() && !enough(logs));
        return IntStream.range(0, logs.size())
                .mapToObj(i -> new Outcome(warmUp.get(i), logs.get(i), rule.holds(logs.get(i))))
                .toList();
    }

    private boolean enough(List<QueryLog> logs) {
        return logs.stream().allMatch(log -> log.count() >= queries)
                || logs.stream().allMatch(rule::holds);
    }

    private void round(int round, List<? extends Turn> candidates, List<QueryLog> logs, NanoClock clock) {
        Rotation.round(round, candidates.size(), pause, index -> {
            QueryLog log = logs.get(index);
            if (log.count() < queries) {
                log.beginRound(round);
                candidates.get(index).take(clock, log);
            }
        });
    }

    private static List<QueryLog> logs(int count) {
        List<QueryLog> logs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            logs.add(new QueryLog());
        }
        return logs;
    }
}
