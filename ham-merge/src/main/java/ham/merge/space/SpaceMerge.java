package ham.merge.space;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Dense;
import ham.merge.method.WeightMerge;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * Any merge, in another space: deltas are written in the space's directions (their factors are, so that none is formed), merged there, and
 * written back. A merge that is linear in the deltas gives the same in every space.
 *
 * @param space where
 * @param merge what
 */
public record SpaceMerge(MergeSpace space, WeightMerge merge) implements WeightMerge {
    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        MergeSpace.Bases bases = space.bases(contributions);
        List<Contribution> inside = contributions.stream()
                .map(each -> new Contribution(each.adapter(), each.weight(), in(bases, each.factors())))
                .toList();
        return out(bases, merge.merge(weightName, inside, products));
    }

    private static LoraFactors in(MergeSpace.Bases bases, LoraFactors factors) {
        Matrix b = bases.left()
                .map(u -> u.transposedTimes(Dense.of(factors.b())).toMatrix())
                .orElse(factors.b());
        Matrix a = bases.right()
                .map(v -> Dense.of(factors.a()).times(v).toMatrix())
                .orElse(factors.a());
        return new LoraFactors(a, b, factors.scaling());
    }

    private static Matrix out(MergeSpace.Bases bases, Matrix merged) {
        Optional<Dense> written = bases.left().map(u -> u.times(Dense.of(merged)));
        return bases.right()
                .map(v -> written.orElseGet(() -> Dense.of(merged)).times(v.transpose()))
                .or(() -> written)
                .map(Dense::toMatrix)
                .orElse(merged);
    }
}
