package ham.export.bake.verify;

import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.merge.encoder.EncoderInput;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a graph takes texts: token numbers, mask, and perhaps the types of tokens, [batch, tokens] each.
 *
 * @param specs the inputs
 * @param text what the checkpoint says of texts
 */
record TextInput(List<TensorSpec> specs, EncoderInput text) implements GraphInput {
    /** Of a graph whose checkpoint has no configuration: few of the tokens that every vocabulary has. */
    static final EncoderInput UNKNOWN = new EncoderInput.Text(30, 12, 0);

    private static final int BATCH = 8;

    @Override
    public int batch() {
        return isFixed() ? specs.get(0).shape().get(0).intValue() : BATCH;
    }

    @Override
    public boolean isFixed() {
        return specs.get(0).shape().get(0) > 0;
    }

    @Override
    public boolean fits(EncoderInput own) {
        return own instanceof EncoderInput.Text;
    }

    @Override
    public ParityInputs seeded(int samples, long seed) {
        return ParityInputs.seeded(text, samples, seed);
    }

    @Override
    public ParityInputs read(Path file) {
        return ParityInputs.read(file, text);
    }

    @Override
    public Map<String, Tensor> tensors(ParityInputs inputs, int from, int to) {
        float[] chosen = inputs.range(from, to);
        int count = isFixed() ? batch() : to - from;
        int length = chosen.length / (to - from);
        long fixed = specs.get(0).shape().get(1);
        int width = fixed > 0 ? (int) fixed : length;
        float[] values = new float[count * width];
        for (int row = 0; row < count; row++) {
            int source = Math.min(row, to - from - 1);
            for (int token = 0; token < width; token++) {
                values[row * width + token] =
                        token < length ? chosen[source * length + token] : -1f - ((EncoderInput.Text) text).padding();
            }
        }
        return EncoderRun.tensors(specs, values, count);
    }
}
