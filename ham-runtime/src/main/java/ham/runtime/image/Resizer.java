package ham.runtime.image;

import java.util.Arrays;

/**
 * Resizes images exactly as Pillow's {@code Image.resize} does: separable, antialiased when shrinking, columns first,
 * then rows, with an 8-bit image in between. The result is bit-identical to Pillow's.
 *
 * <p>Source of the algorithm: Pillow, {@code src/libImaging/Resample.c} and, for {@link Resample#NEAREST},
 * {@code Geometry.c}.
 */
public final class Resizer {
    private Resizer() {}

    /**
     * The image at another size; the image itself if it has that size already.
     *
     * @param width pixels in a row of the result, at least 1
     * @param height rows of the result, at least 1
     */
    public static RgbImage resize(RgbImage image, int width, int height, Resample filter) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("an image cannot be resized to " + width + "x" + height);
        }
        if (image.width() == width && image.height() == height) {
            return image;
        }
        if (filter == Resample.NEAREST) {
            return nearest(image, width, height);
        }
        RgbImage wide = image.width() == width ? image : horizontal(image, width, filter);
        return wide.height() == height ? wide : vertical(wide, height, filter);
    }

    private static RgbImage horizontal(RgbImage image, int width, Resample filter) {
        AxisWeights axis = AxisWeights.of(image.width(), width, filter);
        int[] weights = axis.weights();
        byte[] source = image.rgb();
        byte[] target = new byte[Math.multiplyExact(3 * width, image.height())];
        int out = 0;
        for (int y = 0; y < image.height(); y++) {
            int row = 3 * y * image.width();
            for (int x = 0; x < width; x++) {
                int red = AxisWeights.HALF;
                int green = AxisWeights.HALF;
                int blue = AxisWeights.HALF;
                int in = row + 3 * axis.first()[x];
                int firstWeight = x * axis.stride();
                for (int k = firstWeight; k < firstWeight + axis.count()[x]; k++) {
                    red += (source[in] & 0xff) * weights[k];
                    green += (source[in + 1] & 0xff) * weights[k];
                    blue += (source[in + 2] & 0xff) * weights[k];
                    in += 3;
                }
                target[out++] = AxisWeights.pixel(red);
                target[out++] = AxisWeights.pixel(green);
                target[out++] = AxisWeights.pixel(blue);
            }
        }
        return new RgbImage(width, image.height(), target);
    }

    private static RgbImage vertical(RgbImage image, int height, Resample filter) {
        AxisWeights axis = AxisWeights.of(image.height(), height, filter);
        byte[] source = image.rgb();
        int rowBytes = 3 * image.width();
        byte[] target = new byte[Math.multiplyExact(rowBytes, height)];
        int[] sums = new int[rowBytes];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, AxisWeights.HALF);
            for (int k = 0; k < axis.count()[y]; k++) {
                int weight = axis.weights()[y * axis.stride() + k];
                int in = (axis.first()[y] + k) * rowBytes;
                for (int i = 0; i < rowBytes; i++) {
                    sums[i] += (source[in + i] & 0xff) * weight;
                }
            }
            for (int i = 0; i < rowBytes; i++) {
                target[y * rowBytes + i] = AxisWeights.pixel(sums[i]);
            }
        }
        return new RgbImage(image.width(), height, target);
    }

    private static RgbImage nearest(RgbImage image, int width, int height) {
        int[] columns = nearestPositions(image.width(), width);
        int[] rows = nearestPositions(image.height(), height);
        byte[] target = new byte[Math.multiplyExact(3 * width, height)];
        int out = 0;
        for (int row : rows) {
            for (int column : columns) {
                System.arraycopy(image.rgb(), 3 * (row * image.width() + column), target, out, 3);
                out += 3;
            }
        }
        return new RgbImage(width, height, target);
    }

    /** Adds up the step, as Pillow does, because the rounding of the sum decides at exact halves. */
    private static int[] nearestPositions(int sourceSize, int size) {
        double step = (double) sourceSize / size;
        double position = step * 0.5;
        int[] positions = new int[size];
        for (int i = 0; i < size; i++) {
            positions[i] = Math.min((int) position, sourceSize - 1);
            position += step;
        }
        return positions;
    }
}
