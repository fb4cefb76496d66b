package ham.runtime.model;

import ham.runtime.ModelException;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Map;

/**
 * A model that is ready to run, whatever runs it.
 *
 * <p>Safe to use from several threads at once. Closing waits for runs under way and may be repeated; a run after it is refused with an
 * {@link IllegalStateException}. A run that ends leaves no native memory behind.
 */
public interface Model extends AutoCloseable {
    /** The file, or the name that was given. */
    String name();

    /** What must be given to {@link #run}. */
    List<TensorSpec> inputs();

    /** What {@link #run} gives, in the order of the graph. */
    List<TensorSpec> outputs();

    /** The custom metadata of the file. */
    Map<String, String> metadata();

    /**
     * What it was opened to run on, for example {@code CPUExecutionProvider}. Of ONNX Runtime the first in its list: what of a graph a provider
     * for GPUs cannot take runs on those behind it, the CPU last, and ONNX Runtime does not tell which part.
     */
    String provider();

    /** What the graph does to the numbers of an output last, so far as its file tells. */
    Ending ending(String output);

    /** How many rows its first input takes at a time. */
    BatchLimits batchLimits();

    /**
     * Runs the model.
     *
     * @param inputs every input by its name
     * @return every output by its name, in the order of the graph
     * @throws ModelException if names, types or shapes are not those of the model, or the run fails
     */
    Map<String, Tensor> run(Map<String, Tensor> inputs);

    /**
     * Makes pinned buffers for runs of one shape, so that such a run copies nothing and leaves next to no garbage.
     *
     * @param inputShape shape of the model's one input, float32, float16 or uint8
     * @throws ModelException if the model has more inputs, or one of another type or shape
     */
    Bound bind(long... inputShape);

    @Override
    void close();
}
