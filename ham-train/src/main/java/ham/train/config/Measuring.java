package ham.train.config;

import ham.merge.InputException;
import ham.merge.plan.FailureSignatures;
import ham.train.feature.GramRule;
import ham.train.guard.GuardRule;

/**
 * What is measured beside the model of a run, and when it is worth a warning.
 *
 * @param frozen whether the frozen backbone with prototype and analytic head is measured beside the method
 * @param anyTimeImages test images of a class in the rows of R before the last; 0 for all; the last row takes all
 * @param rigidBelow fraction of its value at its last join below which a group's scalar is warned about
 * @param transferDrop loss of accuracy on a task's held-out images by joining that is warned about, as a fraction
 * @param guard which parts of the merged delta are compared on held-out images before one is deployed
 * @param gram what of the Gram matrices of its layers' inputs an adapter leaves
 */
public record Measuring(
        boolean frozen, int anyTimeImages, double rigidBelow, double transferDrop, GuardRule guard, GramRule gram) {
    /** Everything on all images; half, two points. */
    public static final Measuring DEFAULT = new Measuring(true, 0, FailureSignatures.RIGID, 0.02);

    /** The default rule of the guard. */
    public Measuring(boolean frozen, int anyTimeImages, double rigidBelow, double transferDrop) {
        this(frozen, anyTimeImages, rigidBelow, transferDrop, GuardRule.DEFAULT, GramRule.AUTO);
    }

    /** The same with another rule of the guard. */
    public Measuring withGuard(GuardRule rule) {
        return new Measuring(frozen, anyTimeImages, rigidBelow, transferDrop, rule, gram);
    }

    /**
     * Checks the ranges.
     *
     * @throws InputException naming the option
     */
    public Measuring {
        if (anyTimeImages < 0) {
            throw InputException.parameter(
                    "any-time-images", "expected 0 for all images of a class, or more, found " + anyTimeImages);
        }
        if (!(rigidBelow >= 0 && rigidBelow <= 1)) {
            throw InputException.parameter("rigid-below", "expected a fraction from 0 to 1, found " + rigidBelow);
        }
        if (!(transferDrop >= 0 && transferDrop <= 1)) {
            throw InputException.parameter("transfer-drop", "expected a fraction from 0 to 1, found " + transferDrop);
        }
    }
}
