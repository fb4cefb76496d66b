package ham.serve.protocol;

import ham.runtime.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * Tensors for one run.
 *
 * @param inputs every input of the model by its name
 * @param adapter which adapter runs, where the model has several
 * @param deadline when nobody waits for the answer any more
 */
public record InferRequest(Map<String, Tensor> inputs, Optional<String> adapter, Deadline deadline) {
    public InferRequest {
        inputs = Map.copyOf(inputs);
    }
}
