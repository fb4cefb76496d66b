package ham.merge.spectral;

import ham.merge.combine.Contribution;
import ham.merge.kernel.Dense;
import java.util.List;

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
        Factored sum = of(contributions.get(0));
        for (Contribution each : contributions.subList(1, contributions.size())) {
            Factored next = of(each);
            sum = new Factored(
                    sum.left.beside(next.left),
                    sum.right.transpose().beside(next.right.transpose()).transpose());
        }
        return sum;
    }

    Dense.Svd svd() {
        return Dense.svdOfProduct(left, right);
    }
}
