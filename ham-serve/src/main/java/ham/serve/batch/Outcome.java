package ham.serve.batch;

import ham.runtime.tensor.Tensor;
import java.util.Map;

/**
 * What a request gets.
 *
 * @param outputs every output of the model, in its order
 * @param queueNanos how long the request waited, in ns
 * @param runNanos how long the run took, in ns
 * @param rows of the run, with those of other requests
 */
public record Outcome(Map<String, Tensor> outputs, long queueNanos, long runNanos, int rows) {}
