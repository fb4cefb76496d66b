package ham.export.bake.verify;

import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.merge.encoder.EncoderInput;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a graph is verified with: images, or texts. */
interface GraphInput {
    /**
     * The inputs of a model.
     *
     * @param own what goes into the checkpoint, where it is known
     * @throws ham.merge.InputException if it takes neither images nor texts
     */
    static GraphInput of(Path model, List<TensorSpec> inputs, Optional<EncoderInput> own) {
        if (EncoderRun.isText(inputs)) {
            return new TextInput(inputs, own.orElse(TextInput.UNKNOWN));
        }
        Optional<Integer> side = own.flatMap(
                each -> each instanceof EncoderInput.Images images ? Optional.of(images.side()) : Optional.empty());
        return ImageInput.of(model, inputs, side);
    }

    /** How many run at once: as many as the model is fixed to, or a few. */
    int batch();

    /** Whether the number of inputs is fixed. */
    boolean isFixed();

    /** Whether a checkpoint's own forward pass takes the same. */
    boolean fits(EncoderInput own);

    /** Seeded inputs. */
    ParityInputs seeded(int samples, long seed);

    /** Inputs from a safetensors file. */
    ParityInputs read(Path file);

    /** Inputs {@code from} to {@code to}; where fewer than the batch are left of a fixed one, the last again and again. */
    Map<String, Tensor> tensors(ParityInputs inputs, int from, int to);
}
