package ham.merge.join;

import java.util.List;

/**
 * What one adapter did to the merge.
 *
 * @param adapter its name
 * @param alpha its importance: a scalar, or one a weight
 * @param similarity cosine to every group that stood before it
 * @param group index of the group that it opened or joined
 * @param opened whether it opened the group
 * @param groupAlpha the group's scalar afterwards; where it has one a weight, their mean
 * @param norm Frobenius norm of its pruned delta
 */
public record MergeStep(
        String adapter,
        Importance alpha,
        List<Double> similarity,
        int group,
        boolean opened,
        double groupAlpha,
        double norm) {
    public MergeStep {
        similarity = List.copyOf(similarity);
    }
}
