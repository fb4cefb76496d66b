package ham.train.input;

import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.ImageSet;
import java.util.function.IntUnaryOperator;

/**
 * Images of one task, resized once and kept as bytes, with their target (row of the task's own head).
 *
 * <p>Memory: 3 * height * width bytes an image.
 */
public final class TaskImages {
    private final Preprocessing preprocessing;
    private final RgbImage[] images;
    private final int[] targets;

    /**
     * Reads and resizes images.
     *
     * @param indices which images of the set
     * @param target from a label of the data set to a target, from 0
     * @throws ham.merge.InputException if an image cannot be decoded
     */
    public TaskImages(ImageSet set, int[] indices, IntUnaryOperator target, Preprocessing preprocessing) {
        this.preprocessing = preprocessing;
        images = new RgbImage[indices.length];
        targets = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            images[i] = preprocessing.resize(set.image(indices[i]));
            targets[i] = target.applyAsInt(set.label(indices[i]));
        }
    }

    /** How many images. */
    public int size() {
        return images.length;
    }

    /** How images become pixel values. */
    public Preprocessing preprocessing() {
        return preprocessing;
    }

    RgbImage image(int index) {
        return images[index];
    }

    int target(int index) {
        return targets[index];
    }
}
