package ham.merge.method;

import ham.merge.tensor.Matrix;
import java.util.List;

/** A merge that is an exact sum of the adapters' factored deltas, and so can stay factored. */
public interface BranchMerge extends WeightMerge {
    /** The addends of one weight's merged delta, in the order of the contributions. */
    List<Branch> branches(List<Contribution> contributions);

    @Override
    default Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        return products.sum(branches(contributions));
    }
}
