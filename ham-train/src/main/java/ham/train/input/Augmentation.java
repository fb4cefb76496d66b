package ham.train.input;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import java.util.Random;

/**
 * Random crop and horizontal flip of a resized image, the usual pair for small images.
 *
 * <p>The crop pads every side with black (value 0 before normalisation, as torchvision's {@code RandomCrop}) and cuts the
 * image's own size out at a random place.
 *
 * @param padding pixels added on every side before the crop; 0 for no crop
 * @param flip whether half of the images are mirrored
 */
public record Augmentation(int padding, boolean flip) {
    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(0, false);

    public Augmentation {
        if (padding < 0 || padding > 1024) {
            throw InputException.parameter(
                    "crop-padding", "expected 0 to 1024 pixels, found " + padding + "; choose a number in that range");
        }
    }

    /** One random variant of an image, of the same size. */
    public RgbImage apply(RgbImage image, Random random) {
        int shiftX = padding == 0 ? 0 : random.nextInt(2 * padding + 1) - padding;
        int shiftY = padding == 0 ? 0 : random.nextInt(2 * padding + 1) - padding;
        boolean mirrored = flip && random.nextBoolean();
        return shiftX == 0 && shiftY == 0 && !mirrored ? image : moved(image, shiftX, shiftY, mirrored);
    }

    /** Draws what {@link #apply} draws for an image. */
    void skip(Random random) {
        if (padding != 0) {
            random.nextInt(2 * padding + 1);
            random.nextInt(2 * padding + 1);
        }
        if (flip) {
            random.nextBoolean();
        }
    }

    private static RgbImage moved(RgbImage image, int shiftX, int shiftY, boolean mirrored) {
        int width = image.width();
        int height = image.height();
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        for (int y = Math.max(0, -shiftY); y < Math.min(height, height - shiftY); y++) {
            for (int x = Math.max(0, -shiftX); x < Math.min(width, width - shiftX); x++) {
                int from = 3 * ((y + shiftY) * width + x + shiftX);
                int to = 3 * (y * width + (mirrored ? width - 1 - x : x));
                rgb[to] = source[from];
                rgb[to + 1] = source[from + 1];
                rgb[to + 2] = source[from + 2];
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
