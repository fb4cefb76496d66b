package ham.merge.method;

import ham.merge.tensor.Matrix;
import java.util.List;

/** Merges what several adapters do to one weight. */
public interface WeightMerge {
    /** The merged delta [out, in] of a weight that at least one adapter changes. */
    Matrix merge(String weight, List<Contribution> contributions);
}
