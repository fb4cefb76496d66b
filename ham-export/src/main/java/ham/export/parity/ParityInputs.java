package ham.export.parity;

import ham.merge.InputException;
import ham.merge.checkpoint.VitConfig;
import ham.merge.encoder.EncoderInput;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Inputs on which forms of a model are compared: images, already normalised, or the tokens of texts.
 *
 * @param description which inputs these are, for reports
 * @param samples number of images or texts
 * @param pixelValues float32 [samples, channels, side, side], row-major; of texts token numbers [samples, tokens], {@link #ended} behind a text's end
 */
@SuppressWarnings("ArrayRecordComponent")
public record ParityInputs(String description, int samples, float[] pixelValues) {

    /** How many images {@link #seeded} makes unless told otherwise. */
    public static final int DEFAULT_SAMPLES = 16;

    /** The most tokens of a seeded text. */
    private static final int LONGEST = 12;

    /** Cells along each side of the coarse pattern of a seeded image. */
    private static final int CELLS = 4;

    /** Checks that there are images, all of one size. */
    public ParityInputs {
        if (samples < 1 || pixelValues.length == 0 || pixelValues.length % samples != 0) {
            throw new IllegalArgumentException(
                    "expected values for " + samples + " images of one size, found " + pixelValues.length);
        }
    }

    /**
     * Images that depend on nothing but their size, their number and the seed.
     *
     * <p>{@link Random} (a generator that the Java platform specifies to the bit) is drawn from in the order of the array. Each
     * channel of an image is a coarse pattern of 4 x 4 cells from N(0, 1) with noise from N(0, 1/4^2) on every pixel, so that
     * images differ from each other as real ones do and the classifier does not see the same grey each time.
     */
    public static ParityInputs seeded(VitConfig config, int samples, long seed) {
        return seeded(config.channels(), config.imageSize(), config.imageSize(), samples, seed);
    }

    /** What stands behind the end of a text that is filled up with this token: no token's number, but it tells it. */
    static float ended(int padding) {
        return -1f - padding;
    }

    /** Inputs of an encoder that depend on nothing but what goes in, their number and the seed; texts are of different lengths. */
    public static ParityInputs seeded(EncoderInput input, int samples, long seed) {
        if (input instanceof EncoderInput.Images images) {
            return seeded(images.channels(), images.side(), images.side(), samples, seed);
        }
        EncoderInput.Text text = (EncoderInput.Text) input;
        int longest = Math.min(LONGEST, text.longest());
        Random random = new Random(seed);
        float[] values = new float[samples * longest];
        Arrays.fill(values, ended(text.padding()));
        for (int sample = 0; sample < samples; sample++) {
            int length = sample == 0 ? longest : 1 + random.nextInt(longest);
            for (int token = 0; token < length; token++) {
                int number = random.nextInt(text.vocabulary());
                values[sample * longest + token] = number == text.padding() ? (number + 1) % text.vocabulary() : number;
            }
        }
        return new ParityInputs(samples + " seeded texts (seed " + seed + ")", samples, values);
    }

    /** As {@link #seeded(VitConfig, int, long)}, for a model of which only the size of its images is known. */
    public static ParityInputs seeded(int channels, int height, int width, int samples, long seed) {
        Random random = new Random(seed);
        float[] values = new float[samples * channels * height * width];
        float[] coarse = new float[CELLS * CELLS];
        for (int plane = 0; plane < samples * channels; plane++) {
            for (int cell = 0; cell < coarse.length; cell++) {
                coarse[cell] = (float) random.nextGaussian();
            }
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    float cell = coarse[y * CELLS / height * CELLS + x * CELLS / width];
                    values[(plane * height + y) * width + x] = cell + (float) random.nextGaussian() / 4;
                }
            }
        }
        return new ParityInputs(samples + " seeded images (seed " + seed + ")", samples, values);
    }

    /**
     * Reads {@code pixel_values} [n, channels, side, side] from a safetensors file.
     *
     * @throws InputException if the tensor is missing or has another shape than the model takes
     */
    public static ParityInputs read(Path file, VitConfig config) {
        return read(file, config.channels(), config.imageSize(), config.imageSize());
    }

    /**
     * Reads an encoder's inputs from a safetensors file: {@code pixel_values}, or {@code input_ids} and, where there is one, {@code attention_mask}.
     *
     * @throws InputException if a tensor is missing or has another shape than the model takes
     */
    public static ParityInputs read(Path file, EncoderInput input) {
        if (input instanceof EncoderInput.Images images) {
            return read(file, images.channels(), images.side(), images.side());
        }
        SafetensorsFile tensors = SafetensorsFile.open(file);
        List<Long> shape = tensors.info(EncoderInput.IDS).shape();
        boolean masked = tensors.has(EncoderInput.MASK);
        if (shape.size() != 2
                || shape.get(0) < 1
                || (masked && !tensors.info(EncoderInput.MASK).shape().equals(shape))) {
            throw new InputException(
                    file,
                    "tensor 'input_ids': expected [texts, tokens] with a mask like it, found [" + join(shape) + "]");
        }
        float[] values = integers(tensors, EncoderInput.IDS);
        float[] mask = masked ? integers(tensors, EncoderInput.MASK) : new float[0];
        for (int i = 0; i < mask.length; i++) {
            values[i] = mask[i] == 0 ? ended((int) values[i]) : values[i];
        }
        int samples = Math.toIntExact(shape.get(0));
        return new ParityInputs(samples + " texts of " + file.getFileName(), samples, values);
    }

    private static float[] integers(SafetensorsFile tensors, String name) {
        LongBuffer whole = tensors.bytes(name).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        if (tensors.info(name).dtype() != DType.I64) {
            throw new InputException(
                    tensors.path(),
                    "tensor '" + name + "': expected int64, found "
                            + tensors.info(name).dtype());
        }
        float[] values = new float[whole.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = whole.get(i);
        }
        return values;
    }

    /** As {@link #read(Path, VitConfig)}, for a model of which only the size of its images is known. */
    public static ParityInputs read(Path file, int channels, int height, int width) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        List<Long> shape = tensors.info("pixel_values").shape();
        List<Long> image = List.of((long) channels, (long) height, (long) width);
        if (shape.size() != 4 || shape.get(0) < 1 || !shape.subList(1, 4).equals(image)) {
            throw new InputException(
                    file, "tensor 'pixel_values': expected [images, " + join(image) + "], found [" + join(shape) + "]");
        }
        int samples = Math.toIntExact(shape.get(0));
        String description = samples + (samples == 1 ? " image of " : " images of ") + file.getFileName();
        return new ParityInputs(description, samples, tensors.floats("pixel_values"));
    }

    /** The values of the images {@code from} (inclusive) to {@code to} (exclusive). */
    public float[] range(int from, int to) {
        int size = pixelValues.length / samples;
        return Arrays.copyOfRange(pixelValues, from * size, to * size);
    }

    private static String join(List<Long> shape) {
        return String.join(", ", shape.stream().map(String::valueOf).toList());
    }
}
