package ham.merge.spectral;

import ham.merge.Parameters;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Dense;
import ham.merge.method.WeightMerge;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Iso-CTS: the leading singular vectors of the sum (the common space), beside them for every task the leading ones of what its delta has outside that
 * space (the task-specific spaces); all made orthogonal together, with the mean of all their singular values. Source: No Task Left Behind, arXiv
 * 2502.04959, section 4.2 and algorithm 2.
 *
 * <p>As in the authors' program the common space has {@code floor(common * k)} directions, where k is the number of directions in all, changed a
 * little so that the rest divides evenly by the tasks. There k is {@code min(out, in)}; here it is the rank of the sum, which is the
 * same for deltas of full rank. Where nothing is left for the tasks it is {@link IsoCMerge}.
 *
 * @param common fraction of the directions that the common space gets, the paper's k / r; 0.8 there
 * @param scale the paper's alpha, 1 without tuning
 */
public record IsoCtsMerge(BigDecimal common, double scale) implements WeightMerge {
    /** What the paper recommends. */
    public static final BigDecimal DEFAULT_COMMON = new BigDecimal("0.8");

    /**
     * Checks the parameters.
     *
     * @throws ham.merge.InputException when one is out of its range
     */
    public IsoCtsMerge {
        Parameters.requireFraction("common", common);
        Parameters.requireFinite("scale", scale);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        int tasks = contributions.size();
        Dense.Svd sum = Factored.sum(contributions).svd();
        int all = sum.values().length;
        int specific = all - (int) (all * common.doubleValue());
        int each = Math.min(Math.round((float) specific / tasks), all / tasks);
        Dense.Svd shared = sum.first(all - each * tasks);
        List<Dense.Svd> parts = new ArrayList<>();
        for (int i = 0; i < tasks && each > 0; i++) {
            Factored delta = Factored.of(contributions.get(i));
            Dense outside = delta.left().plus(-1, shared.u().times(shared.u().transposedTimes(delta.left())));
            parts.add(Dense.svdOfProduct(outside, delta.right()).first(each));
        }
        parts.add(shared);
        double mean = parts.stream()
                .flatMapToDouble(part -> DoubleStream.of(part.values()))
                .average()
                .orElse(0);
        return Dense.beside(parts.stream().map(Dense.Svd::u).toList())
                .polar()
                .times(Dense.above(parts.stream().map(Dense.Svd::vt).toList()).polar())
                .times(scale * mean)
                .toMatrix();
    }
}
