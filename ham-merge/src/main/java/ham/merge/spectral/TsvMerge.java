package ham.merge.spectral;

import ham.merge.Parameters;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Dense;
import ham.merge.method.WeightMerge;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * TSV-M: of every delta the largest singular values and vectors are kept, the kept vectors of all tasks are made orthogonal together by the
 * nearest orthonormal matrix (on each side), and put together again with the values as they were: {@code scale * P(U) S P(V)^T}. Directions that tasks share
 * no longer add up. Source: Task Singular Vectors, arXiv 2412.00081, section 4.2.
 *
 * <p>Kept of each of T tasks are the first {@code floor(min(out, in) / T)} singular values, at least one and at most its rank, so that all
 * fit beside each other, as in the paper. A weight multiplies its delta beforehand.
 *
 * @param scale the paper's alpha, 1 without tuning
 */
public record TsvMerge(double scale) implements WeightMerge {
    /**
     * Checks the scale.
     *
     * @throws ham.merge.InputException when it is not finite
     */
    public TsvMerge {
        Parameters.requireFinite("scale", scale);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        int outputs = contributions.get(0).factors().outputs();
        int inputs = contributions.get(0).factors().inputs();
        int each = Math.max(1, Math.min(outputs, inputs) / contributions.size());
        List<Dense.Svd> kept = contributions.stream()
                .map(contribution -> Factored.of(contribution).svd().first(each))
                .toList();
        Dense u = Dense.beside(kept.stream().map(Dense.Svd::u).toList());
        Dense vt = Dense.above(kept.stream().map(Dense.Svd::vt).toList());
        double[] values = kept.stream()
                .flatMapToDouble(svd -> DoubleStream.of(svd.values()))
                .toArray();
        return u.polar().scaleColumns(values).times(vt.polar()).times(scale).toMatrix();
    }
}
