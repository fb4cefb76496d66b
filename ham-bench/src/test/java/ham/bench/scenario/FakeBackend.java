package ham.bench.scenario;

import ham.bench.latency.NanoClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** A clock that stands still but for waits and for answers, which take as long as they are told to. */
final class FakeBackend implements NanoClock, QueryTarget {
    private final LongSupplier service;
    final List<int[]> queries = new ArrayList<>();
    private boolean keep = true;
    private long now = 12_345;

    /** Answers take what {@code service} gives, in ns. */
    FakeBackend(LongSupplier service) {
        this.service = service;
    }

    /** For long runs: forgets the queries. */
    FakeBackend forgetful() {
        keep = false;
        return this;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public void waitUntil(long time) {
        now = Math.max(now, time);
    }

    @Override
    public void answer(int[] tasks) {
        if (keep) {
            queries.add(tasks.clone());
        }
        now += service.getAsLong();
    }
}
