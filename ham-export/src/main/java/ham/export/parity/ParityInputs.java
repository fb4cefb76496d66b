package ham.export.parity;

import ham.merge.InputException;
import ham.merge.checkpoint.VitConfig;
import ham.merge.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Images, already normalised, on which forms of a model are compared.
 *
 * @param description which inputs these are, for reports
 * @param samples number of images
 * @param pixelValues float32 [samples, channels, side, side], row-major
 */
@SuppressWarnings("ArrayRecordComponent")
public record ParityInputs(String description, int samples, float[] pixelValues) {

    /** How many images {@link #seeded} makes unless told otherwise. */
    public static final int DEFAULT_SAMPLES = 16;

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
