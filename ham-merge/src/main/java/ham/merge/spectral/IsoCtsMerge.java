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
        List<Factored> deltas = contributions.stream().map(Factored::of).toList();
        Factored joined = Factored.joined(deltas);
        Dense.Svd sum = joined.svd(deltas.stream().mapToDouble(Factored::bound).sum());
        int all = sum.values().length;
        int specific = all - (int) (all * common.doubleValue());
        int each = Math.min((int) Math.rint((double) specific / tasks), all / tasks);
        Dense.Svd shared = sum.first(all - each * tasks);
        List<Dense.Svd> own = each == 0 ? List.of() : outside(shared.u(), joined.left(), deltas, each);
        double mean = DoubleStream.concat(
                        DoubleStream.of(shared.values()),
                        own.stream().flatMapToDouble(part -> DoubleStream.of(part.values())))
                .average()
                .orElse(0);
        if (own.isEmpty()) {
            return shared.u().times(shared.vt()).times(scale * mean).toMatrix();
        }
        // What tasks have outside the common space is orthogonal to it on the left.
        Dense left =
                Dense.beside(own.stream().map(Dense.Svd::u).toList()).polar().beside(shared.u());
        Dense right = polarBeside(
                Dense.above(own.stream().map(Dense.Svd::vt).toList()).transpose(),
                shared.vt().transpose());
        return left.times(right.transpose()).times(scale * mean).toMatrix();
    }

    /** The first singular vectors of what every delta has outside a space of outputs; all left factors beside each other are given too. */
    private static List<Dense.Svd> outside(Dense space, Dense joined, List<Factored> deltas, int each) {
        Dense lefts = joined.plus(-1, space.times(space.transposedTimes(joined)));
        List<Dense.Svd> own = new ArrayList<>();
        int from = 0;
        for (Factored delta : deltas) {
            int rank = delta.left().columns();
            own.add(new Factored(lefts.columns(from, rank), delta.right())
                    .svd(delta.bound())
                    .first(each));
            from += rank;
        }
        return own;
    }

    /**
     * The polar factor of {@code [part, basis]}. The Gram matrix of the two differs from the identity in the part's columns and in what they have
     * of the basis alone, so that the polar factor of these few is all that is needed.
     *
     * @param part [n, p]
     * @param basis [n, s], orthonormal columns
     */
    static Dense polarBeside(Dense part, Dense basis) {
        GrowingBasis reached = new GrowingBasis(basis.columns());
        reached.write(basis.transposedTimes(part));
        Dense met = basis.times(reached.columns());
        Dense polar = part.beside(met).polar();
        Dense turned = polar.columns(part.columns(), met.columns()).plus(-1, met);
        return polar.columns(0, part.columns())
                .beside(basis.plus(1, turned.times(reached.columns().transpose())));
    }
}
