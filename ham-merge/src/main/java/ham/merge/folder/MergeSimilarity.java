package ham.merge.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.compare.SimilarityMatrix;
import ham.merge.io.JsonFiles;
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
     * @throws InputException when a file of the folder is missing or damaged
     */
    public static MergeSimilarity of(Path folder, MergeProgress progress) {
        ObjectNode record = JsonFiles.read(folder.resolve(MergeFolder.RECORD), "the record of a merge folder");
        List<List<StoredAdapter>> stored = StoredGroups.open(record, folder.resolve(MergeFolder.GROUPS));
        return new MergeSimilarity(
                SimilarityMatrix.of(stored.stream().flatMap(List::stream).toList(), progress),
                stored.stream().map(List::size).toList());
    }
}
