package ham.train.stream;

import ham.merge.InputException;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Which training images of a class are used, and how many of them are held out.
 *
 * @param perClass most images of a class that are used, held-out ones included; 0 for all
 * @param heldOut fraction of a class's used images that is not trained on, as the decimal that was typed; 0 &lt;= heldOut &lt; 1
 */
public record Sampling(int perClass, BigDecimal heldOut) {
    /** All images, a tenth of them held out. */
    public static final Sampling DEFAULT = new Sampling(0, new BigDecimal("0.1"));

    /**
     * Checks the ranges.
     *
     * @throws InputException naming the option
     */
    public Sampling {
        if (perClass < 0 || perClass == 1) {
            throw InputException.parameter(
                    "train-images", "expected 0 for all images of a class, or at least 2, found " + perClass);
        }
        if (heldOut.signum() < 0 || heldOut.compareTo(BigDecimal.ONE) >= 0) {
            throw InputException.parameter("held-out", "expected a fraction from 0 to below 1, found " + heldOut);
        }
    }

    /** How many of a class's used images are held out: rounded down, but at least one where there are two or more. */
    int heldOut(int images) {
        if (images < 2 || heldOut.signum() == 0) {
            return 0;
        }
        int count = heldOut.multiply(BigDecimal.valueOf(images))
                .setScale(0, RoundingMode.FLOOR)
                .intValue();
        return Math.max(1, Math.min(count, images - 1));
    }
}
