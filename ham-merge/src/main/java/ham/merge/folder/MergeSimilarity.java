package ham.merge.folder;

import ham.merge.MergeProgress;
import ham.merge.compare.SimilarityMatrix;
import java.nio.file.Path;
import java.util.List;

/**
 * How similar the adapters of a merge folder are, as they are in the merge (pruned for ham).
 *
 * @param matrix cosines; adapters in the order of their groups, and in a group in the order in which they joined
 * @param groups how many adapters each group has
 */
public record MergeSimilarity(SimilarityMatrix matrix, List<Integer> groups) {
    public MergeSimilarity {
        groups = List.copyOf(groups);
    }

    /** The group of an adapter of the matrix. */
    public int group(int adapter) {
        int group = 0;
        int end = groups.get(0);
        while (adapter >= end) {
            group++;
            end += groups.get(group);
        }
        return group;
    }

    /**
     * Compares the adapters of a merge folder; the work grows with the square of their number.
     *
     * @throws ham.merge.InputException when a file of the folder is missing or damaged
     */
    public static MergeSimilarity of(Path folder, MergeProgress progress) {
        return MergeFolder.open(folder).similarity(progress);
    }
}
