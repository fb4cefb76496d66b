package ham.merge.gram;

import ham.merge.kernel.Dense;

/**
 * Least-squares merging of one weight: of all deltas M the one whose outputs are nearest to those of every task's delta on that task's inputs,
 * {@code argmin sum_t |X_t (M - D_t)^T|^2 + e |M - mean D|^2}, which is {@code (sum D_t G_t + e mean D) (sum G_t + e I)^-1} with the Gram matrices G_t of
 * the inputs and e a thousandth of the mean of the diagonal of their sum. One adapter after the other: what is remembered is the merged delta, the mean
 * and the sum of the Gram matrices, whatever the number of tasks. Not thread-safe.
 *
 * <p>One delta is itself; with equal Gram matrices it is the mean. Source: RegMean, arXiv 2212.09849, section 3.2 (there e = 0 and entries off the diagonal
 * are shrunk instead; deltas in place of weights change nothing, since the base is the same for all).
 */
public final class RegMean {
    private static final double RIDGE = 1e-3;

    private Dense merged;
    private Dense mean;
    private Dense gram;
    private int count;

    /** Nothing is merged yet. */
    public RegMean() {}

    /**
     * Adds a task's delta.
     *
     * @param left [out, r]
     * @param right [r, in]; the delta is {@code left right}
     * @param inputs the Gram matrix of the task's inputs, [in, in]
     * @throws IllegalArgumentException when shapes differ
     */
    public void add(Dense left, Dense right, InputGram inputs) {
        Dense delta = left.times(right);
        Dense weighted = left.times(inputs.multiply(right));
        if (count == 0) {
            mean = delta;
            gram = inputs.dense();
        } else {
            // What was merged before, as the sum of D G that it solved.
            weighted =
                    weighted.plus(1, merged.times(gram)).plus(ridge(), merged).plus(-ridge(), mean);
            mean = mean.times(count / (count + 1.0)).plus(1 / (count + 1.0), delta);
            gram = gram.plus(1, inputs.dense());
        }
        count++;
        merged = solve(weighted);
    }

    private Dense solve(Dense weighted) {
        double ridge = ridge();
        if (count == 1 || ridge == 0) {
            return mean;
        }
        Dense shifted = gram.plus(0, gram);
        for (int i = 0; i < gram.rows(); i++) {
            shifted.data()[i * gram.rows() + i] += ridge;
        }
        return shifted.solveRows(weighted.plus(ridge, mean));
    }

    private double ridge() {
        double trace = 0;
        for (int i = 0; i < gram.rows(); i++) {
            trace += gram.data()[i * gram.rows() + i];
        }
        return RIDGE * trace / gram.rows();
    }

    /**
     * The merged delta [out, in].
     *
     * @throws IllegalStateException before the first delta
     */
    public Dense merged() {
        if (count == 0) {
            throw new IllegalStateException("no delta was added");
        }
        return merged;
    }
}
