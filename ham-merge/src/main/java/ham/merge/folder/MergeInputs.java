package ham.merge.folder;

import ham.merge.head.NamedHead;
import ham.merge.join.Importance;
import ham.merge.plan.MergePlan;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import java.util.List;
import java.util.Optional;

/**
 * Adapters that fit together and are about to be merged; no tensor has been read but those of heads and biases.
 *
 * @param adapters what is to be merged, in order
 * @param weights the importance (ham) or weight (other methods) of each
 * @param settings how to merge
 * @param mode how the adapters came about
 * @param trainedGroupAlphas for a sequential merge the scalars of the groups after the training of each adapter, else empty
 * @param baseSha256 hash of the base that they share, empty when none of them says
 * @param head one head over all classes, empty when there is none
 * @param request what decided the mode and the weights
 * @param warnings what a user should know, one sentence each
 */
public record MergeInputs(
        List<AdapterFolder> adapters,
        List<Importance> weights,
        MergeSettings settings,
        MergeMode mode,
        List<List<Importance>> trainedGroupAlphas,
        Optional<String> baseSha256,
        Optional<NamedHead> head,
        MergeRequest request,
        List<String> warnings) {
    public MergeInputs {
        adapters = List.copyOf(adapters);
        weights = List.copyOf(weights);
        trainedGroupAlphas = List.copyOf(trainedGroupAlphas);
        warnings = List.copyOf(warnings);
    }

    /**
     * What the merge will have to do.
     *
     * @throws ham.merge.InputException when shapes differ, or a rule for layers matches no weight
     */
    public MergePlan plan() {
        return MergePlan.of(
                settings, adapters.stream().map(AdapterFolder::adapter).toList());
    }
}
