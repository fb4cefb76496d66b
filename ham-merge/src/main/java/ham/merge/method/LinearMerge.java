package ham.merge.method;

import ham.merge.InputException;

/**
 * The weighted mean {@code sum_i w_i D_i / sum_i w_i}, where an adapter that does not change a weight counts as a zero delta.
 *
 * <p>PEFT's {@code linear} takes the mean of A and of B, which adds cross terms; this is the mean of the deltas.
 *
 * @param totalWeight {@code sum_i w_i} over all adapters of the merge, not only those that change the weight at hand
 */
public record LinearMerge(double totalWeight) implements BranchMerge {
    /**
     * Checks that there is a mean.
     *
     * @throws InputException when the weights add up to 0 or to nothing finite
     */
    public LinearMerge {
        if (totalWeight == 0 || !Double.isFinite(totalWeight)) {
            throw InputException.parameter(
                    "weight",
                    "expected weights whose sum is finite and not 0 for the method linear, found the sum " + totalWeight
                            + "; the method cat takes the sum");
        }
    }

    @Override
    public double coefficient(double weight) {
        return weight / totalWeight;
    }
}
