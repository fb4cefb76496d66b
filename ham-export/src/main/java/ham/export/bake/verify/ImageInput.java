package ham.export.bake.verify;

import ham.export.bake.read.HalfTensors;
import ham.export.parity.ParityInputs;
import ham.merge.InputException;
import ham.merge.encoder.EncoderInput;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a graph takes images: [batch, channels, height, width] or [batch, height, width, channels]; float32, float16 or bytes.
 *
 * @param spec the input
 * @param channelsLast whether the channels are the last dimension
 * @param channels number of channels
 * @param height in pixels
 * @param width in pixels
 */
record ImageInput(TensorSpec spec, boolean channelsLast, int channels, int height, int width) implements GraphInput {

    private static final List<Integer> CHANNELS = List.of(1, 3, 4);
    private static final int BATCH = 8;

    /** How seeded values, normally distributed, become bytes. */
    private static final float BYTE_SCALE = 50;

    private static final float BYTE_MEAN = 128;

    /**
     * The lone input of a model.
     *
     * @param size side of the images where the model leaves it free
     * @throws InputException if it takes anything but images
     */
    static ImageInput of(Path model, List<TensorSpec> inputs, Optional<Integer> size) {
        TensorSpec spec = inputs.get(0);
        List<Long> shape = spec.shape();
        boolean known = ElementType.FLOAT32.label().equals(spec.dtype())
                || ElementType.FLOAT16.label().equals(spec.dtype())
                || ElementType.UINT8.label().equals(spec.dtype());
        if (inputs.size() == 1 && known && shape.size() == 4) {
            boolean first = CHANNELS.contains(shape.get(1).intValue());
            boolean last = !first && CHANNELS.contains(shape.get(3).intValue());
            int height = side(shape.get(last ? 1 : 2), size);
            int width = side(shape.get(last ? 2 : 3), size);
            if ((first || last) && height > 0 && width > 0) {
                return new ImageInput(spec, last, shape.get(last ? 3 : 1).intValue(), height, width);
            }
        }
        throw new InputException(
                model,
                "expected one input of images, [batch, channels, height, width] or [batch, height, width, channels], float32,"
                        + " float16 or uint8, of a known size, to verify with, found "
                        + inputs.stream()
                                .map(each -> "'" + each.name() + "' " + each.dtype() + " " + each.shapeText())
                                .toList()
                        + "; bake without verification and compare yourself");
    }

    private static int side(long dimension, Optional<Integer> size) {
        return dimension > 0 ? (int) dimension : size.orElse(0);
    }

    @Override
    public int batch() {
        return isFixed() ? spec.shape().get(0).intValue() : BATCH;
    }

    @Override
    public boolean isFixed() {
        return spec.shape().get(0) > 0;
    }

    /** Whether it takes normalised numbers, as a checkpoint's own forward pass does. */
    boolean isFloat() {
        return !ElementType.UINT8.label().equals(spec.dtype());
    }

    @Override
    public boolean fits(EncoderInput own) {
        return own instanceof EncoderInput.Images images
                && isFloat()
                && channels == images.channels()
                && height == images.side()
                && width == images.side();
    }

    @Override
    public ParityInputs seeded(int samples, long seed) {
        return ParityInputs.seeded(channels, height, width, samples, seed);
    }

    @Override
    public ParityInputs read(Path file) {
        return ParityInputs.read(file, channels, height, width);
    }

    @Override
    public Map<String, Tensor> tensors(ParityInputs images, int from, int to) {
        return Map.of(spec.name(), tensor(images, from, to));
    }

    /** Images {@code from} to {@code to}; where fewer than the batch are left of a fixed one, the last again and again. */
    Tensor tensor(ParityInputs images, int from, int to) {
        int count = isFixed() ? batch() : to - from;
        int values = channels * height * width;
        float[] chosen = new float[count * values];
        for (int i = 0; i < count; i++) {
            int image = Math.min(from + i, to - 1);
            float[] one = images.range(image, image + 1);
            for (int each = 0; each < values; each++) {
                int pixel = each % (height * width);
                int target = channelsLast ? pixel * channels + each / (height * width) : each;
                chosen[i * values + target] = one[each];
            }
        }
        long[] shape = channelsLast
                ? new long[] {count, height, width, channels}
                : new long[] {count, channels, height, width};
        if (!isFloat()) {
            byte[] bytes = new byte[chosen.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) Math.max(0, Math.min(255, Math.round(BYTE_MEAN + BYTE_SCALE * chosen[i])));
            }
            return Tensor.of(bytes, shape);
        }
        return spec.dtype().equals(ElementType.FLOAT16.label())
                ? HalfTensors.of(chosen, shape)
                : Tensor.of(chosen, shape);
    }
}
