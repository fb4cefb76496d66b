package ham.train.input;

import ham.merge.InputException;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.Examples;
import ham.train.data.ImageSet;

/**
 * Images as normalised pixels, {@value #INPUT} [n, 3, height, width] in float32.
 *
 * @param preprocessing the model's own
 */
public record ImageReader(Preprocessing preprocessing) implements InputReader {
    /** Name of the input. */
    public static final String INPUT = "pixel_values";

    @Override
    public InputSource open(Examples set, int... indices) {
        if (!(set instanceof ImageSet images)) {
            throw new InputException("data: expected images, which this model takes, found " + set.kind()
                    + "; give images, or a text encoder as base");
        }
        return new ImageSource(images, images, indices, preprocessing, preprocessing);
    }
}
