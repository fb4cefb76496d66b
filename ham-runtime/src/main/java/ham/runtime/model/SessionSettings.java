package ham.runtime.model;

import ham.runtime.ModelException;

/**
 * How a session runs.
 *
 * @param threads threads that share one operator; 0 for ONNX Runtime's default, one per physical core
 */
public record SessionSettings(int threads) {
    /**
     * Checks the number.
     *
     * @throws ModelException if it is negative
     */
    public SessionSettings {
        if (threads < 0) {
            throw new ModelException(
                    "Expected a number of threads of 0 (one per core) or more, found " + threads + ".");
        }
    }
}
