package ham.serve.engine;

import ham.runtime.model.BatchLimits;
import ham.runtime.model.Model;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One model, without adapters.
 *
 * @param model what runs, from here on closed with this engine
 */
public record ModelEngine(Model model) implements Engine {
    @Override
    public List<TensorSpec> inputs() {
        return model.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return model.outputs();
    }

    @Override
    public Map<String, String> metadata() {
        return model.metadata();
    }

    @Override
    public Ending ending(String output) {
        return model.ending(output);
    }

    @Override
    public BatchLimits batchLimits() {
        return model.batchLimits();
    }

    @Override
    public String provider() {
        return model.provider();
    }

    @Override
    public Set<String> adapters() {
        return Set.of();
    }

    @Override
    public int mostRuns() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Map<String, Tensor> run(Optional<String> adapter, Map<String, Tensor> inputs) {
        return model.run(inputs);
    }

    @Override
    public void close() {
        model.close();
    }
}
