package ham.train.input;

import ham.runtime.tensor.Tensor;
import java.util.Map;

/**
 * One batch, valid until the next is asked for.
 *
 * @param inputs what the model takes, by the names of its inputs
 * @param targets n rows of the task's head
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(Map<String, Tensor> inputs, int[] targets) {
    /** How many examples. */
    public int size() {
        return targets.length;
    }

    /** The one input of a model of images. */
    public Tensor pixels() {
        return inputs.get(ImageReader.INPUT);
    }
}
