package ham.merge.method;

import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.tensor.Matrix;
import java.util.List;

/**
 * A way to merge the changes that adapters make to one weight. All work on deltas {@code D_i = s_i B_i A_i}, never on factors of different
 * adapters, so no cross terms {@code B_i A_j} appear. Implementations hold parameters only, so threads may share them.
 */
public interface WeightMerge {
    /**
     * The merged delta [out, in] of one weight.
     *
     * @param weightName name of the weight in the base model
     * @param contributions one of each adapter that changes this weight, in the order of the merge; at least one, all of one shape
     * @param products the calling thread's
     */
    Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products);
}
