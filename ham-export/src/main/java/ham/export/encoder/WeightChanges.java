package ham.export.encoder;

import ham.export.proto.GraphProto;
import ham.export.proto.TensorProto;
import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Branch;
import ham.merge.encoder.Place;
import ham.merge.folder.Merged;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a merge does to a base, tensor by tensor, with names and shapes checked against the base. */
public final class WeightChanges {

    private final Checkpoint base;
    private final SortedMap<String, WeightChange> byTensor;

    private WeightChanges(Checkpoint base, SortedMap<String, WeightChange> byTensor) {
        this.base = base;
        this.byTensor = byTensor;
    }

    /**
     * Places a merge onto a base.
     *
     * @param baseSha256 hash of the base
     * @throws InputException if the merge was made for another base, names a weight that the base lacks or has in another shape,
     *     or has branches that do not fit their delta
     */
    public static WeightChanges of(Checkpoint base, String baseSha256, Merged whole) {
        Merged merged = whole.classifying(base);
        Merged placed = merged.onto(base, baseSha256);
        List<WeightChange> changes = new ArrayList<>();
        for (String layer : merged.deltas().keySet()) {
            Place place = base.resolve(layer).orElseThrow();
            Matrix delta = placed.deltas().get(place.name());
            List<Branch> branches = placed.branches().getOrDefault(place.name(), List.of());
            branches.forEach(branch -> requireShape(base, layer, delta, branch.factors()));
            changes.addAll(parts(base, place, new WeightChange(layer, place.name(), delta, branches)));
        }
        for (String layer : merged.biases().keySet()) {
            Place place = base.resolve(layer).orElseThrow();
            float[] delta = placed.biases().get(place.name());
            changes.addAll(parts(
                    base, place, new WeightChange(layer, place.name(), new Matrix(1, delta.length, delta), List.of())));
        }
        for (String tensor : placed.branches().keySet()) {
            if (!placed.deltas().containsKey(tensor)) {
                throw new InputException(
                        base.directory(), "weight '" + tensor + "': expected a delta beside its branches, found none");
            }
        }
        return of(base, changes);
    }

    /** A change of a whole fused tensor as changes of its parts. */
    private static List<WeightChange> parts(Checkpoint base, Place place, WeightChange change) {
        return base.computed(place).stream()
                .map(part -> part.equals(place) ? change : change.part(part))
                .toList();
    }

    /** Changes that fit the base already. */
    static WeightChanges of(Checkpoint base, Collection<WeightChange> fitting) {
        SortedMap<String, WeightChange> changes = new TreeMap<>();
        fitting.forEach(change -> changes.put(change.tensor(), change));
        return new WeightChanges(base, changes);
    }

    /** The changes in the order of the tensors' names. */
    public Collection<WeightChange> all() {
        return byTensor.values();
    }

    /** Whether nothing changes. */
    public boolean isZero() {
        return byTensor.values().stream().allMatch(change -> change.delta().isZero());
    }

    /** The change of a tensor, if it has one. */
    Optional<WeightChange> of(String tensor) {
        return Optional.ofNullable(byTensor.get(tensor));
    }

    /**
     * Checks that no change got lost on the way into a graph.
     *
     * @throws InputException if a changed tensor is no part of the graph, such as a classifier that the merge's head replaces
     */
    public void requireAllIn(GraphProto graph) {
        Set<String> initializers =
                graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
        for (Map.Entry<String, WeightChange> entry : byTensor.entrySet()) {
            if (!initializers.contains(entry.getKey())) {
                throw new InputException(
                        base.directory(),
                        "delta '" + entry.getValue().layer()
                                + "': expected a weight that the exported model uses, found '" + entry.getKey()
                                + "', which it does not; remove that delta from the merge");
            }
        }
    }

    private static void requireShape(Checkpoint base, String layer, Matrix delta, LoraFactors factors) {
        if (factors.outputs() != delta.rows() || factors.inputs() != delta.columns()) {
            throw new InputException(
                    base.directory(),
                    "branch of '" + layer + "': expected the shape [" + delta.rows() + ", " + delta.columns()
                            + "] of its delta, found [" + factors.outputs() + ", " + factors.inputs() + "]");
        }
    }
}
