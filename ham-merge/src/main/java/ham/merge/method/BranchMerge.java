package ham.merge.method;

import ham.merge.combine.Branch;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.tensor.Matrix;
import java.util.List;

/** A merge that is an exact sum of the adapters' factored deltas, and so can stay factored. */
public interface BranchMerge extends WeightMerge {
    /** What an adapter's delta counts in the merged delta when the adapter has the weight {@code weight}. */
    double coefficient(double weight);

    /** The addends of one weight's merged delta, in the order of the contributions. */
    default List<Branch> branches(List<Contribution> contributions) {
        return contributions.stream()
                .map(each -> new Branch(coefficient(each.weight()), each.factors()))
                .toList();
    }

    @Override
    default Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        return products.sum(branches(contributions));
    }
}
