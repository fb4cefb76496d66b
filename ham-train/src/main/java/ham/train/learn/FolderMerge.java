package ham.train.learn;

import ham.merge.MergeProgress;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.join.Importance;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import java.util.List;
import java.util.Optional;

/**
 * The merge of a run's adapter folders that gives what the learner has in memory; how the adapters were trained is in their records.
 *
 * @param settings method and parameters
 * @param latestAlone whether only the last adapter counts
 * @param weights of the adapters that count; empty for their own
 * @param mode empty for what the adapters say of themselves
 */
public record FolderMerge(
        MergeSettings settings, boolean latestAlone, List<Importance> weights, Optional<MergeMode> mode) {
    public FolderMerge {
        weights = List.copyOf(weights);
    }

    /** In the mode that the adapters say of themselves. */
    public FolderMerge(MergeSettings settings, boolean latestAlone, List<Importance> weights) {
        this(settings, latestAlone, weights, Optional.empty());
    }

    /** The same of adapters that are merged as if each was trained alone; what scalars groups had in training is not used. */
    public FolderMerge alone() {
        return settings.method() == MergeMethod.HAM
                ? new FolderMerge(settings, latestAlone, weights, Optional.of(MergeMode.INDEPENDENT))
                : this;
    }

    /** The same with a part of every delta; the whole as it is. */
    public FolderMerge scaled(double scale) {
        return scale == 1 ? this : new FolderMerge(settings.scaled(scale), latestAlone, weights, mode);
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
                mode,
                MergeProgress.SILENT);
    }
}
