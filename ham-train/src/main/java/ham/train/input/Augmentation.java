package ham.train.input;

import ham.merge.InputException;
import ham.runtime.image.Resample;
import ham.runtime.image.Resizer;
import ham.runtime.image.RgbImage;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Random variants of training images: a crop and a horizontal flip.
 *
 * <p>There are two crops. With a smallest part, a part of the image at its own size, of so much of its area up to all of it and of proportions
 * from 3:4 to 4:3, is cut out and resized, bilinearly, to what the model takes: torchvision's {@code RandomResizedCrop}. Without one, the
 * resized image is padded with black on every side (value 0 before normalisation, as torchvision's {@code RandomCrop}) and its own size cut out
 * at a random place.
 *
 * @param padding pixels added on every side before the crop, of an image of {@value #USUAL_SIDE} pixels: at other sides in proportion, so that
 *     enlarging an image before the crop does not undo the crop; 0 for no crop
 * @param flip whether half of the images are mirrored
 * @param smallest the smallest part of an image's area that is cut out and resized; 0 for padding
 */
public record Augmentation(int padding, boolean flip, double smallest) {
    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(0, false);

    private static final int USUAL_SIDE = 32;
    private static final int ATTEMPTS = 10;
    private static final double WIDEST = 4.0 / 3;

    public Augmentation {
        if (padding < 0 || padding > 1024) {
            throw InputException.parameter(
                    "crop-padding", "expected 0 to 1024 pixels, found " + padding + "; choose a number in that range");
        }
        if (!(smallest >= 0 && smallest <= 1)) {
            throw InputException.parameter(
                    "crop-scale",
                    "expected a part of the area from 0 to 1, found " + smallest + "; choose a number in that range");
        }
    }

    /** Padding and flip. */
    public Augmentation(int padding, boolean flip) {
        this(padding, flip, 0);
    }

    /** Whether images are cut at their own size, and not after they were resized. */
    public boolean cutsBeforeResizing() {
        return smallest > 0;
    }

    /** The same for a model that takes images of another side: the padding grows and shrinks with it. */
    public Augmentation at(int side) {
        return new Augmentation(Math.round((float) padding * side / USUAL_SIDE), flip, smallest);
    }

    /** One random variant of a resized image, of the same size. */
    public RgbImage apply(RgbImage image, Random random) {
        int shiftX = padding == 0 ? 0 : random.nextInt(2 * padding + 1) - padding;
        int shiftY = padding == 0 ? 0 : random.nextInt(2 * padding + 1) - padding;
        boolean mirrored = flip && random.nextBoolean();
        return shiftX == 0 && shiftY == 0 && !mirrored ? image : moved(image, shiftX, shiftY, mirrored);
    }

    /**
     * One random part of an image at its own size, resized and perhaps mirrored.
     *
     * @param width of the result
     * @param height of the result
     */
    public RgbImage cut(RgbImage image, int width, int height, Random random) {
        // One draw an image whatever its proportions, so that skipping an image needs no image.
        SplittableRandom own = new SplittableRandom(random.nextLong());
        boolean mirrored = flip && random.nextBoolean();
        RgbImage resized = Resizer.resize(part(image, own), width, height, Resample.BILINEAR);
        return mirrored ? moved(resized, 0, 0, true) : resized;
    }

    /** As torchvision's {@code RandomResizedCrop.get_params}: after ten parts that do not fit, the middle. */
    private RgbImage part(RgbImage image, SplittableRandom random) {
        int width = image.width();
        int height = image.height();
        double area = (double) width * height;
        for (int i = 0; i < ATTEMPTS; i++) {
            double target = area * (smallest + (1 - smallest) * random.nextDouble());
            double ratio = Math.exp((2 * random.nextDouble() - 1) * Math.log(WIDEST));
            int w = (int) Math.rint(Math.sqrt(target * ratio));
            int h = (int) Math.rint(Math.sqrt(target / ratio));
            if (w > 0 && w <= width && h > 0 && h <= height) {
                return image.crop(random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
            }
        }
        double ratio = (double) width / height;
        int w = ratio > WIDEST ? (int) Math.rint(height * WIDEST) : width;
        int h = ratio < 1 / WIDEST ? (int) Math.rint(width * WIDEST) : height;
        return image.crop((width - w) / 2, (height - h) / 2, w, h);
    }

    /** Draws what {@link #apply}, or {@link #cut}, draws for an image. */
    void skip(Random random) {
        if (cutsBeforeResizing()) {
            random.nextLong();
        } else if (padding != 0) {
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

    /** Without the part where there is none: checkpoints within a task, also of earlier releases, say what they are of. */
    @Override
    public String toString() {
        return "Augmentation[padding=" + padding + ", flip=" + flip
                + (smallest == 0 ? "]" : ", smallest=" + smallest + "]");
    }
}
