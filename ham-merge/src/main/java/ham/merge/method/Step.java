package ham.merge.method;

import java.util.List;

/**
 * What one adapter did to the merge.
 *
 * @param adapter its name
 * @param alpha its importance scalar
 * @param similarity cosine to every group that stood before it
 * @param group index of the group that it opened or joined
 * @param opened whether it opened the group
 * @param groupAlpha the group's scalar afterwards
 * @param norm Frobenius norm of its pruned delta
 */
public record Step(
        String adapter,
        double alpha,
        List<Double> similarity,
        int group,
        boolean opened,
        double groupAlpha,
        double norm) {
    public Step {
        similarity = List.copyOf(similarity);
    }
}
