package ham.merge.checkpoint;

import ham.merge.InputException;
import ham.merge.safetensors.TensorInfo;
import ham.merge.safetensors.Tensors;
import java.util.List;

/** What is said of a checkpoint's tensor that its model does not expect. */
final class TensorCheck {
    private TensorCheck() {}

    /**
     * Requires a float tensor of a shape.
     *
     * @param family the model's, for the message
     */
    static void require(String family, Tensors file, String name, List<Long> shape) {
        if (!file.has(name)) {
            throw new InputException(
                    file.path(),
                    "expected a " + family + " with a tensor '" + name + "' " + shape + ", found none of that name");
        }
        TensorInfo info = file.info(name);
        if (!info.shape().equals(shape)) {
            throw new InputException(
                    file.path(),
                    "tensor '" + name + "': expected the shape " + shape + " that config.json implies, found "
                            + info.shape());
        }
        if (!info.dtype().isFloat()) {
            throw new InputException(
                    file.path(), "tensor '" + name + "': expected a float dtype, found " + info.dtype());
        }
    }

    /** What is thrown for a tensor that such a model does not have. */
    static InputException unexpected(String family, Tensors file, String name) {
        return new InputException(
                file.path(),
                "expected a " + family + ", found the tensor '" + name + "' that such a model does not have");
    }
}
