package ham.export.encoder;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.encoder.Place;
import ham.merge.tensor.Matrix;
import java.util.List;

/**
 * What a merge does to one tensor of the base.
 *
 * @param layer the name that the merge gives it
 * @param tensor the base's own name for it, or for the part of a fused tensor
 * @param delta what is added; a vector is a matrix of one row
 * @param branches adapter branches that add up to the same; empty if only the delta is known
 */
public record WeightChange(String layer, String tensor, Matrix delta, List<Branch> branches) {
    /** What it does to a part of a fused tensor, when it is a change of the whole of it. */
    WeightChange part(Place part) {
        int first = part.firstRow();
        int count = part.rows();
        if (delta.rows() == 1) {
            Matrix some = delta.transpose().rows(first, count).transpose();
            return new WeightChange(layer, part.name(), some, List.of());
        }
        List<Branch> some = branches.stream()
                .map(branch -> {
                    LoraFactors all = branch.factors();
                    return new Branch(
                            branch.weight(), new LoraFactors(all.a(), all.b().rows(first, count), all.scaling()));
                })
                .toList();
        return new WeightChange(layer, part.name(), delta.rows(first, count), some);
    }
}
