package ham.serve.batch;

import ham.serve.protocol.ServeException;
import java.time.Duration;

/**
 * How requests become runs.
 *
 * @param maxRows most rows of a run; 1 runs every request by itself
 * @param delay how long a request may wait for others while a run is not full
 * @param queue most requests that wait
 * @param runs how many runs of a model may go on at once
 */
public record BatchRules(int maxRows, Duration delay, int queue, int runs) {
    /**
     * Checks the values.
     *
     * @throws ServeException if one is not allowed
     */
    public BatchRules {
        atLeastOne("max-batch", maxRows);
        atLeastOne("queue", queue);
        atLeastOne("instances", runs);
        if (delay.isNegative()) {
            throw ServeException.parameter("batch-delay", "expected 0 or more, found " + delay.toMillis() + " ms");
        }
    }

    private static void atLeastOne(String parameter, int value) {
        if (value < 1) {
            throw ServeException.parameter(parameter, "expected at least 1, found " + value);
        }
    }
}
