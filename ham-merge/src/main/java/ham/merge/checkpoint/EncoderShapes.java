package ham.merge.checkpoint;

import ham.merge.InputException;
import ham.merge.encoder.Encoder;
import ham.merge.safetensors.TensorInfo;
import ham.merge.safetensors.Tensors;
import java.util.List;

/** The check that a file has exactly the tensors of its encoder, in the shapes that its configuration implies. */
final class EncoderShapes {
    private EncoderShapes() {}

    static void require(Encoder encoder, Tensors file) {
        encoder.shapes().forEach((name, shape) -> require(encoder, file, name, shape));
        for (String name : file.names()) {
            if (!encoder.shapes().containsKey(name) && !encoder.isUnused(name)) {
                throw new InputException(
                        file.path(),
                        "expected a " + encoder.family() + ", found the tensor '" + name
                                + "' that such a model does not have");
            }
        }
    }

    private static void require(Encoder encoder, Tensors file, String name, List<Long> shape) {
        if (!file.has(name)) {
            throw new InputException(
                    file.path(),
                    "expected a " + encoder.family() + " with a tensor '" + name + "' " + shape
                            + ", found none of that name");
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
}
