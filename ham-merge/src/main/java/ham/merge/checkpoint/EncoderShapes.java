package ham.merge.checkpoint;

import ham.merge.encoder.Encoder;
import ham.merge.safetensors.Tensors;

/** The check that a file has exactly the tensors of its encoder, in the shapes that its configuration implies. */
final class EncoderShapes {
    private EncoderShapes() {}

    static void require(Encoder encoder, Tensors file) {
        encoder.shapes().forEach((name, shape) -> TensorCheck.require(encoder.family(), file, name, shape));
        for (String name : file.names()) {
            if (!encoder.shapes().containsKey(name) && !encoder.isUnused(name)) {
                throw TensorCheck.unexpected(encoder.family(), file, name);
            }
        }
    }
}
