package ham.train.input;

import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.ImageSet;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;

/**
 * Images of one task with their target (row of the task's own head). An image is decoded and resized when it is first asked for, and kept
 * as bytes (3 * height * width) for the next epoch if all together take at most a gibibyte.
 */
public final class TaskImages {
    private static final long MOST_KEPT = 1L << 30;

    private final ImageSet set;
    private final ImageSet originals;
    private final int[] indices;
    private final int[] targets;
    private final Preprocessing preprocessing;
    private final Preprocessing upright;
    private final RgbImage[] kept;
    /** Images at their own size, as far as there is room for them. */
    private final RgbImage[] whole;

    private final AtomicLong room = new AtomicLong(MOST_KEPT);

    /**
     * Images of a set; none is read yet.
     *
     * @param indices which images of the set
     * @param target from a label of the data set to a target, from 0
     */
    public TaskImages(ImageSet set, int[] indices, IntUnaryOperator target, Preprocessing preprocessing) {
        this(set, set, indices, target, preprocessing, preprocessing);
    }

    /**
     * Images of a set that are there in two forms.
     *
     * @param set resized
     * @param originals at their own size
     * @param preprocessing what is left to do with those of the set
     * @param upright what the originals go through
     */
    public TaskImages(
            ImageSet set,
            ImageSet originals,
            int[] indices,
            IntUnaryOperator target,
            Preprocessing preprocessing,
            Preprocessing upright) {
        this.set = set;
        this.originals = originals;
        this.upright = upright;
        this.indices = indices.clone();
        this.preprocessing = preprocessing;
        targets = Arrays.stream(indices).map(set::label).map(target).toArray();
        long bytes = 3L * preprocessing.width() * preprocessing.height() * indices.length;
        kept = new RgbImage[bytes > MOST_KEPT ? 0 : indices.length];
        whole = new RgbImage[indices.length];
    }

    /** How many images. */
    public int size() {
        return indices.length;
    }

    /** How images become pixel values. */
    public Preprocessing preprocessing() {
        return preprocessing;
    }

    /**
     * An image at its own size, upright where the model sees it so; different ones may be asked for at once.
     *
     * @throws ham.merge.InputException if it cannot be decoded
     */
    RgbImage whole(int index) {
        if (whole[index] == null) {
            RgbImage image = upright.held(originals.image(indices[index]));
            if (room.addAndGet(-image.rgb().length) < 0) {
                return image;
            }
            whole[index] = image;
        }
        return whole[index];
    }

    /**
     * A resized image; different ones may be asked for at once.
     *
     * @throws ham.merge.InputException if it cannot be decoded
     */
    RgbImage image(int index) {
        if (index < kept.length && kept[index] != null) {
            return kept[index];
        }
        RgbImage image = preprocessing.resize(set.image(indices[index]));
        if (index < kept.length) {
            kept[index] = image;
        }
        return image;
    }

    int target(int index) {
        return targets[index];
    }
}
