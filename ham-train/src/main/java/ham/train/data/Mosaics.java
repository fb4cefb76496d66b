package ham.train.data;

import ham.runtime.image.RgbImage;
import ham.train.seed.Seeds;
import java.util.Random;

/**
 * As many images as a task has, each put together from the quarters of four of them. They show a network more than the task's classes
 * alone, and nothing of other tasks.
 */
public final class Mosaics implements ImageSet {
    private static final int QUARTERS = 4;

    private final ImageSet images;
    private final int[] samples;
    private final long seed;
    private final int task;

    /**
     * Mosaics of some images of a set; which four make one follows from (seed, task, index) alone.
     *
     * @param samples indices of the task's images
     */
    public Mosaics(ImageSet images, int[] samples, long seed, int task) {
        this.images = images;
        this.samples = samples.clone();
        this.seed = seed;
        this.task = task;
    }

    @Override
    public int size() {
        return samples.length;
    }

    /** The label of the image in the upper left quarter. */
    @Override
    public int label(int index) {
        return images.label(sources(index)[0]);
    }

    /** As large as the image in the upper left quarter; others are stretched to that size before their quarter is taken. */
    @Override
    public RgbImage image(int index) {
        int[] sources = sources(index);
        RgbImage[] quarters = new RgbImage[QUARTERS];
        for (int i = 0; i < QUARTERS; i++) {
            quarters[i] = images.image(sources[i]);
        }
        int width = quarters[0].width();
        int height = quarters[0].height();
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                RgbImage source = quarters[2 * (2 * y / height) + 2 * x / width];
                int from = y * source.height() / height * source.width() + x * source.width() / width;
                System.arraycopy(source.rgb(), 3 * from, rgb, 3 * (y * width + x), 3);
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private int[] sources(int index) {
        Random random = Seeds.random(seed, "mosaic", task, index);
        return random.ints(QUARTERS, 0, samples.length)
                .map(drawn -> samples[drawn])
                .toArray();
    }
}
