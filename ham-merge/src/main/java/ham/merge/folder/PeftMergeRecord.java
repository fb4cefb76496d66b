package ham.merge.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonRecords;
import ham.merge.plan.MergeMethod;
import ham.merge.record.MergeMode;
import java.util.List;

/**
 * What was written as one adapter of PEFT, as {@code ham.json} says beside it.
 *
 * @param parameters those that the method uses ({@link SettingsJson})
 * @param adapters names of what was merged
 * @param rank the largest of all weights
 * @param lost fraction of the squared norm of all deltas that the adapter does not hold
 * @param weights one by one
 */
public record PeftMergeRecord(
        MergeMethod method,
        MergeMode mode,
        ObjectNode parameters,
        List<String> adapters,
        int rank,
        double lost,
        List<Weight> weights) {

    /** One weight, its rank, and the fraction of its squared norm that is lost. */
    public record Weight(String weight, int rank, double lost) {}

    /** As JSON. */
    public ObjectNode json() {
        return JsonRecords.tree(this);
    }
}
