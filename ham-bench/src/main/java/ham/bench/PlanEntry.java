package ham.bench;

import ham.bench.strategy.Strategy;
import java.util.Optional;

/**
 * One strategy at one number of tasks.
 *
 * @param memory bytes that it is going to need, estimated
 * @param disk bytes of its files, estimated
 * @param skipped why it is not measured; empty if it is
 */
record PlanEntry(Strategy strategy, int tasks, long memory, long disk, Optional<String> skipped) {
    PlanEntry skip(String reason) {
        return new PlanEntry(strategy, tasks, memory, disk, Optional.of(reason));
    }

    boolean measured() {
        return skipped.isEmpty();
    }
}
