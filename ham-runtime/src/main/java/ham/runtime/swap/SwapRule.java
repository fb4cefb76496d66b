package ham.runtime.swap;

import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.tensor.TensorSpec;
import java.util.List;

/** How much a newer model may differ from the one in service. */
public enum SwapRule {
    /** The same labels in the same order, and an input of the same type and shape. */
    SAME_LABELS,
    /** Further labels behind the old ones, as a merge after further tasks has them; the input as before. */
    ADDED_LABELS,
    /** Anything. */
    ANY_MODEL;

    /** @throws ModelException when the newcomer may not take the place of the old one */
    void check(Classifier old, Classifier newcomer) {
        if (this == ANY_MODEL) {
            return;
        }
        List<String> before = old.labels();
        List<String> after = newcomer.labels();
        boolean kept =
                after.size() >= before.size() && after.subList(0, before.size()).equals(before);
        if (!kept || (this == SAME_LABELS && after.size() > before.size())) {
            throw new ModelException(newcomer.model().name() + ": expected the " + before.size()
                    + " labels of the model in service" + (this == ADDED_LABELS ? " and any further ones" : "")
                    + ", found " + difference(before, after) + ".");
        }
        TensorSpec input = newcomer.model().inputs().get(0);
        TensorSpec expected = old.model().inputs().get(0);
        if (!input.dtype().equals(expected.dtype()) || !input.shape().equals(expected.shape())) {
            throw new ModelException(newcomer.model().name() + ": expected an input like that of the model in service, "
                    + expected.dtype() + " " + expected.shapeText() + ", found " + input.dtype() + " "
                    + input.shapeText() + ".");
        }
    }

    private static String difference(List<String> before, List<String> after) {
        for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
            if (!before.get(i).equals(after.get(i))) {
                return "'" + after.get(i) + "' instead of '" + before.get(i) + "' at number " + i;
            }
        }
        return String.valueOf(after.size());
    }
}
