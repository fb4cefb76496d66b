package ham.train.head;

import ham.merge.InputException;
import ham.merge.head.HeadKind;

/**
 * What is known of the heads before training.
 *
 * @param kind the head that is exported; the others are measured beside it
 * @param projectionWidth M of the analytic head
 * @param ridge how the analytic head's lambda is chosen
 * @param drift what the prototype and the analytic head do about features that move
 */
public record HeadSettings(HeadKind kind, int projectionWidth, RidgeRule ridge, DriftRule drift) {
    /** The statistics are one array of M x M. */
    private static final int WIDEST_PROJECTION = 46_340;

    /** The analytic head with 2000 random features. */
    public static final HeadSettings DEFAULT = new HeadSettings(HeadKind.ANALYTIC, 2000, RidgeRule.SUM, DriftRule.NONE);

    /**
     * Checks the range.
     *
     * @throws InputException naming the option
     */
    public HeadSettings {
        if (projectionWidth < 1 || projectionWidth > WIDEST_PROJECTION) {
            throw InputException.parameter(
                    "projection", "expected 1 to " + WIDEST_PROJECTION + ", found " + projectionWidth);
        }
    }
}
