package ham.train.head;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.HeadKind;
import java.nio.file.Path;

/**
 * What is known of the heads before training.
 *
 * @param kind the head that is exported; the others are measured beside it
 * @param projectionWidth M of the analytic head
 * @param ridge how the analytic head's lambda is chosen
 * @param drift what the prototype and the analytic head do about features that move
 * @param featureBlocks of how many of the encoder's last blocks heads read a vector each beside its own feature
 *     ({@link ham.merge.encoder.BlockFeatures})
 */
public record HeadSettings(HeadKind kind, int projectionWidth, RidgeRule ridge, DriftRule drift, int featureBlocks) {
    /** The statistics are one array of M x M. */
    private static final int WIDEST_PROJECTION = 46_340;

    private static final int LEAST_USUAL = 2000;
    private static final int MOST_USUAL = 10_000;
    private static final int STEP = 1000;

    /** The analytic head with 2000 random features, as many as suit a narrow model. */
    public static final HeadSettings DEFAULT = new HeadSettings(HeadKind.ANALYTIC, 2000, RidgeRule.SUM, DriftRule.NONE);

    /** Heads that read the encoder's own feature. */
    public HeadSettings(HeadKind kind, int projectionWidth, RidgeRule ridge, DriftRule drift) {
        this(kind, projectionWidth, ridge, drift, 0);
    }

    /**
     * Checks the ranges.
     *
     * @throws InputException naming the option
     */
    public HeadSettings {
        if (projectionWidth < 1 || projectionWidth > WIDEST_PROJECTION) {
            throw InputException.parameter(
                    "projection", "expected 1 to " + WIDEST_PROJECTION + ", found " + projectionWidth);
        }
        if (featureBlocks < 0) {
            throw InputException.parameter("feature-blocks", "expected 0 or more, found " + featureBlocks);
        }
    }

    /**
     * The random features that suit a model: ten times its width, rounded up to thousands, no fewer than 2000 and no more than 10,000. So a
     * width of 192 has 2000, one of 768 has 8000, and one of 1024 or more has 10,000.
     *
     * @param width d
     */
    public static int usualProjection(int width) {
        return Math.max(LEAST_USUAL, Math.min(MOST_USUAL, (10 * width + STEP - 1) / STEP * STEP));
    }

    /** The same for the model in a folder; 2000 where there is none, which is refused by whoever opens it. */
    public static int usualProjection(Path base) {
        try {
            return usualProjection(Checkpoint.open(base).encoder().tokenWidth());
        } catch (InputException e) {
            return LEAST_USUAL;
        }
    }
}
