package ham.export.vit;

import ham.merge.method.Branch;
import ham.merge.tensor.Matrix;
import java.util.List;

/**
 * What a merge does to one tensor of the base.
 *
 * @param layer the name that the merge gives it
 * @param tensor the base's own name for it
 * @param delta what is added; a vector is a matrix of one row
 * @param branches adapter branches that add up to the same; empty if only the delta is known
 */
public record WeightChange(String layer, String tensor, Matrix delta, List<Branch> branches) {}
