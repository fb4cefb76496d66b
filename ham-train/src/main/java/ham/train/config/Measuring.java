package ham.train.config;

import ham.merge.InputException;
import ham.merge.plan.FailureSignatures;
import ham.train.feature.GramRule;
import ham.train.guard.GuardRule;
import ham.train.guard.SearchRule;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is measured beside the model of a run, and when it is worth a warning.
 *
 * @param frozen whether the frozen backbone with prototype and analytic head is measured beside the method
 * @param anyTimeImages test images of a class in the rows of R before the last; 0 for all; the last row takes all
 * @param rigidBelow fraction of its value at its last join below which a group's scalar is warned about
 * @param transferDrop loss of accuracy on a task's held-out images by joining that is warned about, as a fraction
 * @param guard which parts of the merged delta are compared on held-out images before one is deployed
 * @param gram what of the Gram matrices of its layers' inputs an adapter leaves
 * @param search which other merges of the adapters are compared there
 * @param searchData examples without labels by which one is chosen of those that are not below the frozen backbone; empty where the held-out ones
 *     decide
 */
public record Measuring(
        boolean frozen,
        int anyTimeImages,
        double rigidBelow,
        double transferDrop,
        GuardRule guard,
        GramRule gram,
        SearchRule search,
        Optional<Path> searchData) {
    /** Everything on all images; half, two points. */
    public static final Measuring DEFAULT = new Measuring(true, 0, FailureSignatures.RIGID, 0.02);

    /** The default rule of the guard. */
    public Measuring(boolean frozen, int anyTimeImages, double rigidBelow, double transferDrop) {
        this(
                frozen,
                anyTimeImages,
                rigidBelow,
                transferDrop,
                GuardRule.DEFAULT,
                GramRule.AUTO,
                SearchRule.NONE,
                Optional.empty());
    }

    /** The same with another rule of the guard. */
    public Measuring withGuard(GuardRule rule) {
        return new Measuring(frozen, anyTimeImages, rigidBelow, transferDrop, rule, gram, search, searchData);
    }

    /** The same with another search. */
    public Measuring withSearch(SearchRule rule, Optional<Path> data) {
        return new Measuring(frozen, anyTimeImages, rigidBelow, transferDrop, guard, gram, rule, data);
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
        if ((search.isUsed() || searchData.isPresent()) && !guard.isUsed()) {
            throw InputException.parameter(
                    "search",
                    "expected the guard beside it, which compares merges on held-out examples, found it off; give it"
                            + " parts of the delta, or 1 for all of it alone");
        }
        if (!(transferDrop >= 0 && transferDrop <= 1)) {
            throw InputException.parameter("transfer-drop", "expected a fraction from 0 to 1, found " + transferDrop);
        }
    }
}
