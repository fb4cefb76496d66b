package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.join.Importance;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An earlier merge that goes on: without some of its adapters, and with new ones at its end. It is the merge of these adapters from the start,
 * by the recorded method and parameters, so its result has the same bytes as if they had been merged so from their folders.
 *
 * @param settings as recorded
 * @param adapters what is merged, in order
 * @param weights the importance (ham) or weight of each
 * @param request what decides the mode
 * @param base the checkpoint whose names the stored adapters have, as it was typed; empty when none was
 * @param warnings what a user should know about taking adapters out, one sentence each
 */
public record ContinuedMerge(
        MergeSettings settings,
        List<AdapterFolder> adapters,
        List<Importance> weights,
        MergeRequest request,
        Optional<Path> base,
        List<String> warnings) {
    public ContinuedMerge {
        adapters = List.copyOf(adapters);
        weights = List.copyOf(weights);
        warnings = List.copyOf(warnings);
    }

    /**
     * Plans it.
     *
     * @param without names of adapters of {@code stored} that are taken out
     * @param added new adapters
     * @param addedWeights the importance or weight of each new adapter, empty for their own
     * @throws InputException when a name is unknown, nothing is left, or there is not one weight a new adapter
     */
    public static ContinuedMerge of(
            StoredMerge stored, List<String> without, List<AdapterFolder> added, List<Importance> addedWeights) {
        boolean ham = stored.settings().method() == MergeMethod.HAM;
        requireKnown(stored, without);
        if (!addedWeights.isEmpty() && addedWeights.size() != added.size()) {
            throw InputException.parameter(
                    ham ? "alpha" : "weight",
                    "expected one value a new adapter, " + added.size() + " in all, found " + addedWeights.size());
        }
        Set<String> removed = new HashSet<>(without);
        List<AdapterFolder> adapters = new ArrayList<>();
        List<Importance> weights = new ArrayList<>();
        List<String> orphans = new ArrayList<>();
        boolean gap = false;
        for (int i = 0; i < stored.adapters().size(); i++) {
            AdapterFolder each = stored.adapters().get(i);
            if (removed.contains(each.adapter().name())) {
                gap = true;
                continue;
            }
            adapters.add(each);
            weights.add(stored.weights().get(i));
            if (gap && each.record().mode() == MergeMode.SEQUENTIAL) {
                orphans.add(each.adapter().name());
            }
        }
        for (int i = 0; i < added.size(); i++) {
            adapters.add(added.get(i));
            Importance own = ham ? added.get(i).record().alpha() : Importance.ONE;
            weights.add(addedWeights.isEmpty() ? own : addedWeights.get(i));
        }
        if (adapters.isEmpty()) {
            throw InputException.parameter(
                    "without",
                    "expected to leave at least one adapter of " + stored.folder()
                            + ", found every one taken out; leave one, or add another");
        }
        MergeRequest request =
                new MergeRequest(mode(stored, gap, added), stored.request().weightsGiven() || !addedWeights.isEmpty());
        return new ContinuedMerge(
                stored.settings(), adapters, weights, request, stored.base(), warnings(without, orphans));
    }

    private static void requireKnown(StoredMerge stored, List<String> without) {
        List<String> names =
                stored.adapters().stream().map(each -> each.adapter().name()).toList();
        for (String name : without) {
            if (!names.contains(name)) {
                throw InputException.parameter(
                        "without",
                        "expected the name of an adapter of " + stored.folder() + " (" + String.join(", ", names)
                                + "), found '" + name + "'");
            }
        }
    }

    /** A mode that was asked for holds on, but sequential only while the adapters are what it was asked for; else it is found out anew. */
    private static Optional<MergeMode> mode(StoredMerge stored, boolean gap, List<AdapterFolder> added) {
        boolean changed = gap || !added.isEmpty();
        return stored.request().mode().filter(mode -> mode == MergeMode.INDEPENDENT || !changed);
    }

    private static List<String> warnings(List<String> without, List<String> orphans) {
        if (orphans.isEmpty()) {
            return List.of();
        }
        return List.of("without " + String.join(", ", without) + ": later adapters (" + String.join(", ", orphans)
                + ") were trained beside what is taken out and may lean on it; what is left is merged as if trained"
                + " independently");
    }

    /**
     * The same with the names of a checkpoint.
     *
     * @throws InputException as {@link AdapterFolder#onto}
     */
    public ContinuedMerge onto(Checkpoint checkpoint) {
        String sha256 = checkpoint.sha256();
        return new ContinuedMerge(
                settings,
                adapters.stream().map(each -> each.onto(checkpoint, sha256)).toList(),
                weights,
                request,
                Optional.of(checkpoint.directory()),
                warnings);
    }

    /**
     * Checks all that a merge checks before it begins to work.
     *
     * @throws InputException as {@link AdapterMerge#check}
     */
    public MergeInputs check() {
        return AdapterMerge.check(adapters, givenWeights(), settings, request.mode());
    }

    private List<Importance> givenWeights() {
        return request.weightsGiven() ? weights : List.of();
    }

    /**
     * Merges.
     *
     * @throws InputException as {@link AdapterMerge#of}
     */
    public AdapterMerge merge(MergeProgress progress) {
        return AdapterMerge.of(adapters, givenWeights(), settings, request.mode(), progress);
    }
}
