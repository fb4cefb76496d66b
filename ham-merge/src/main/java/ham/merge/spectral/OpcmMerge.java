package ham.merge.spectral;

import ham.merge.Parameters;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Dense;
import ham.merge.method.WeightMerge;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;

/**
 * OPCM: deltas are added one after the other, each without what it has in the leading directions of what was merged before and on the
 * diagonal of all its directions, so that a new task moves what older ones need least; the sum is scaled to the mean norm of the deltas. It needs
 * the merged delta and the new one only, whatever the number of tasks. Source: Merging Models on the Fly Without Retraining, arXiv 2501.09522.
 *
 * <p>With {@code M = U S V^T} merged so far and s the first directions that hold the fraction {@code leading} of the sum of its singular values, the new delta D
 * counts as {@code D - U diag(U^T D V) V^T - U_s offdiag(U_s^T D V_s) V_s^T}; directions in which M is 0 are in no order and are left as they are. The scale of
 * a step cancels in the next one, so that only the last is applied. Norms are those of this weight, where the paper has the norm over all weights.
 *
 * <p>All of it happens in the directions that the factors so far span, so that a step decomposes a matrix of their summed ranks and not one as large as
 * the weight: exact, as M and D have nothing outside.
 *
 * @param leading the paper's alpha: fraction of the singular values' sum that the leading directions hold, 0.5 there
 */
public record OpcmMerge(BigDecimal leading) implements WeightMerge {
    /** The paper's. */
    public static final BigDecimal DEFAULT_LEADING = new BigDecimal("0.5");

    /**
     * Checks the fraction.
     *
     * @throws ham.merge.InputException when it is out of its range
     */
    public OpcmMerge {
        Parameters.requireFraction("leading", leading);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        GrowingBasis left = new GrowingBasis(contributions.get(0).factors().outputs());
        GrowingBasis right = new GrowingBasis(contributions.get(0).factors().inputs());
        Dense merged = Dense.zeros(0, 0);
        double norms = 0;
        for (Contribution contribution : contributions) {
            Factored next = Factored.of(contribution);
            Factored delta = new Factored(
                    left.write(next.left()),
                    right.write(next.right().transpose()).transpose());
            Dense added = delta.left().times(delta.right());
            norms += added.norm();
            Dense.Svd svd = merged.svd();
            Dense.Svd before = new Dense.Svd(
                    within(svd.u(), added.rows(), svd.values().length),
                    svd.values(),
                    within(svd.vt(), svd.values().length, added.columns()));
            merged =
                    within(merged, added.rows(), added.columns()).plus(1, added).plus(-1, taken(before, delta));
        }
        double norm = merged.norm();
        double mean = norms / contributions.size();
        return left.columns()
                .times(merged.times(norm == 0 ? 1 : mean / norm))
                .times(right.columns().transpose())
                .toMatrix();
    }

    /** The same entries with zeros below and on the right. */
    private static Dense within(Dense matrix, int rows, int columns) {
        return Dense.above(List.of(
                matrix.beside(Dense.zeros(matrix.rows(), columns - matrix.columns())),
                Dense.zeros(rows - matrix.rows(), columns)));
    }

    /** What a delta has in the leading directions of what is merged, and on the diagonal of the others. */
    private Dense taken(Dense.Svd merged, Factored delta) {
        int rank = merged.values().length;
        int first = leading(merged.values());
        Dense core = merged.u()
                .transposedTimes(delta.left())
                .times(delta.right().times(merged.vt().transpose()));
        double[] diagonal = new double[rank - first];
        Arrays.setAll(diagonal, i -> core.data()[(first + i) * rank + first + i]);
        return merged.u()
                .columns(0, first)
                .times(core.firstRows(first).columns(0, first))
                .beside(merged.u().columns(first, rank - first).scaleColumns(diagonal))
                .times(merged.vt());
    }

    /** How many singular values come before their sum exceeds the fraction of all. */
    private int leading(double[] values) {
        double total = 0;
        for (double each : values) {
            total += each;
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i];
            if (sum > leading.doubleValue() * total) {
                return i;
            }
        }
        return values.length;
    }
}
