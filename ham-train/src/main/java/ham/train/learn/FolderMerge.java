package ham.train.learn;

import ham.merge.MergeProgress;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.join.Importance;
import ham.merge.plan.MergeSettings;
import java.util.List;
import java.util.Optional;

/**
 * The merge of a run's adapter folders that gives what the learner has in memory; how the adapters were trained is in their records.
 *
 * @param settings method and parameters
 * @param latestAlone whether only the last adapter counts
 * @param weights of the adapters that count; empty for their own
 */
public record FolderMerge(MergeSettings settings, boolean latestAlone, List<Importance> weights) {
    public FolderMerge {
        weights = List.copyOf(weights);
    }

    /** The same with a part of every delta; the whole as it is. */
    public FolderMerge scaled(double scale) {
        return scale == 1 ? this : new FolderMerge(settings.scaled(scale), latestAlone, weights);
    }

    /**
     * Prepares the merge.
     *
     * @param adapters of all tasks, in order
     */
    public AdapterMerge of(List<AdapterFolder> adapters) {
        return AdapterMerge.of(
                latestAlone ? adapters.subList(adapters.size() - 1, adapters.size()) : adapters,
                weights,
                settings,
                Optional.empty(),
                MergeProgress.SILENT);
    }
}
