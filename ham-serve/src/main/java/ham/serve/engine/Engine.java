package ham.serve.engine;

import ham.runtime.ModelException;
import ham.runtime.model.BatchLimits;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A model that is open, with or without adapters to choose from. */
public interface Engine extends AutoCloseable {
    /** What a request must give. */
    List<TensorSpec> inputs();

    /** What it gets. */
    List<TensorSpec> outputs();

    /** The custom metadata of the file. */
    Map<String, String> metadata();

    /** What the graph does to the numbers of an output last. */
    Ending ending(String output);

    /** How many rows the first input takes at a time. */
    BatchLimits batchLimits();

    /** What it runs on. */
    String provider();

    /** Names of the adapters of which a request names one; empty for a model without. */
    Set<String> adapters();

    /** The labels of an adapter's task, where its folder tells them. */
    default Optional<List<String>> labels(String adapter) {
        return Optional.empty();
    }

    /** How many runs may go on at once. */
    int mostRuns();

    /**
     * Runs it. The outputs are the caller's.
     *
     * @throws ModelException if the inputs do not fit, or the run fails
     */
    Map<String, Tensor> run(Optional<String> adapter, Map<String, Tensor> inputs);

    @Override
    void close();
}
