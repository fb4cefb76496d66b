package ham.merge.spectral;

import ham.merge.combine.Contribution;
import ham.merge.kernel.Dense;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A delta as a product {@code left right}, in double.
 *
 * @param left [out, k]
 * @param right [k, in]
 */
record Factored(Dense left, Dense right) {
    /** {@code w s B A} of one contribution, the numbers with B. */
    static Factored of(Contribution contribution) {
        double factor = contribution.weight() * contribution.factors().scaling();
        return new Factored(
                Dense.of(contribution.factors().b()).times(factor),
                Dense.of(contribution.factors().a()));
    }

    /** The sum of all contributions, by concatenation. */
    static Factored sum(List<Contribution> contributions) {
        return joined(contributions.stream().map(Factored::of).toList());
    }

    /** The sum of deltas, by concatenation. */
    static Factored joined(List<Factored> all) {
        return new Factored(
                Dense.beside(all.stream().map(Factored::left).toList()),
                Dense.above(all.stream().map(Factored::right).toList()));
    }

    Dense.Svd svd() {
        return Dense.svdOfProduct(left, right);
    }

    /** The singular values that are more than rounding of what it was made of, whose norms add up to no more than a bound. */
    Dense.Svd svd(double bound) {
        Dense.Svd svd = svd();
        return svd.first((int) DoubleStream.of(svd.values())
                .filter(value -> value > Dense.NOISE * bound)
                .count());
    }

    /** No less than the norm. */
    double bound() {
        return left.norm() * right.norm();
    }
}
