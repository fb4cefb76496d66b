package ham.runtime.model;

import ham.runtime.ModelException;
import ham.runtime.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A model with buffers of its own for runs of one input shape: fill {@link #input}, {@link #run}, read {@link #output}.
 *
 * <p>For one thread at a time; several threads bind the same model several times. The buffers are the same objects at every call and must
 * not be used after {@link #close}. Close it before or after its model.
 */
public interface Bound extends AutoCloseable {
    /**
     * The input: direct, native byte order, row-major, exactly as long as the shape says. Every run reads all of it, wherever position and
     * limit stand.
     */
    ByteBuffer input();

    /**
     * The same bytes as numbers, with a position of its own.
     *
     * @throws ModelException if the input is not float32
     */
    FloatBuffer inputFloats();

    /**
     * Runs the model on what {@link #input} holds.
     *
     * @throws ModelException if the run fails
     * @throws IllegalStateException if this or the model was closed
     */
    void run();

    /**
     * The first output of the last run, row-major. Every run writes all of it, wherever position and limit stand.
     *
     * @throws ModelException if it is not float32
     */
    FloatBuffer output();

    /** All outputs in the order of the graph: views of the pinned buffers, which the next run overwrites. */
    List<Tensor> outputs();

    @Override
    void close();
}
