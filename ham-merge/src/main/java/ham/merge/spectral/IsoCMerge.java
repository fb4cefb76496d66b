package ham.merge.spectral;

import ham.merge.Parameters;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Dense;
import ham.merge.method.WeightMerge;
import ham.merge.tensor.Matrix;
import java.util.Arrays;
import java.util.List;

/**
 * Iso-C: the weighted sum of the deltas, all of whose singular values are replaced by their mean: {@code scale * mean(S) U V^T}, so that no
 * direction that many tasks share drowns the others. Source: No Task Left Behind, arXiv 2502.04959, section 4.1.
 *
 * <p>The mean is over the singular values that are not 0: the paper has deltas of full rank, where it is the same; a sum of low-rank deltas
 * has no directions for the values that it lacks.
 *
 * @param scale the paper's alpha, 1 without tuning
 */
public record IsoCMerge(double scale) implements WeightMerge {
    /**
     * Checks the scale.
     *
     * @throws ham.merge.InputException when it is not finite
     */
    public IsoCMerge {
        Parameters.requireFinite("scale", scale);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        Factored sum = Factored.sum(contributions);
        if (sum.left().columns() >= Math.min(sum.left().rows(), sum.right().columns())) {
            // The trace of P^T M is the sum of the singular values, and |P|^2 is how many there are.
            Dense dense = sum.left().times(sum.right());
            Dense polar = dense.polar();
            double count = Math.rint(polar.dot(polar));
            return polar.times(count == 0 ? 0 : scale * polar.dot(dense) / count)
                    .toMatrix();
        }
        Dense.Svd svd = sum.svd();
        double mean = Arrays.stream(svd.values()).average().orElse(0);
        return svd.u().times(svd.vt()).times(scale * mean).toMatrix();
    }
}
