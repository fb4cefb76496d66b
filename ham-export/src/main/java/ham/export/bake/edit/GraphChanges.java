package ham.export.bake.edit;

import ham.export.bake.match.Match;
import ham.export.bake.match.Search;
import ham.export.bake.match.Use;
import ham.export.bake.match.Uses;
import ham.export.bake.read.Bytes;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.Scratch;
import ham.export.bake.read.TensorEntry;
import ham.export.proto.NodeProto;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** All changes of a graph's weights, in the form that is deployed and in the form that it is compared with. */
public final class GraphChanges {

    private final List<TensorChanges> changes;
    private final SortedMap<String, Matrix> deltas;
    private final Search search;
    private final Scratch scratch = new Scratch();

    private GraphChanges(List<TensorChanges> changes, SortedMap<String, Matrix> deltas, Search search) {
        this.changes = changes;
        this.deltas = deltas;
        this.search = search;
    }

    /** Gathers matches by the constants that they change. */
    public static GraphChanges of(
            ModelIndex model, Uses uses, List<Match> matches, SortedMap<String, Matrix> deltas, Search search) {
        Map<String, List<Match>> byTensor = new LinkedHashMap<>();
        for (Match match : matches) {
            byTensor.computeIfAbsent(match.placement().tensor().name(), name -> new ArrayList<>())
                    .add(match);
        }
        List<TensorChanges> changes = byTensor.values().stream()
                .map(each -> {
                    TensorEntry tensor = each.get(0).placement().tensor();
                    return TensorChanges.of(model, tensor, each, uses.of(tensor.name()));
                })
                .toList();
        return new GraphChanges(changes, deltas, search);
    }

    /** The constants that change. */
    public List<TensorEntry> tensors() {
        return changes.stream().map(TensorChanges::tensor).toList();
    }

    /** Whether all of them are by nothing. */
    public boolean isZero() {
        return deltas.values().stream().allMatch(Matrix::isZero);
    }

    /** Puts the sums of weight and delta where the weights stand; readers that need others get copies. */
    public void bake(ModelEdit edit) {
        for (TensorChanges change : changes) {
            TensorEntry tensor = change.tensor();
            change.readers().forEach((needed, readers) -> {
                Bytes values = new ChangedTensor(tensor, needed, deltas, Optional.of(search), scratch);
                if (needed.equals(change.inPlace())) {
                    edit.values(tensor, values);
                } else {
                    String copy = fresh(edit, tensor, needed);
                    edit.initializer(copy, tensor.dataType(), tensor.dims(), values);
                    readers.forEach(use -> edit.rename(use, copy));
                }
            });
        }
    }

    /**
     * Leaves the weights as they are and adds the deltas, constants of their own, when the graph runs: the reference.
     *
     * @throws InputException if that cannot be written down for a reader
     */
    public void addAtRunTime(ModelEdit edit) {
        for (TensorChanges change : changes) {
            TensorEntry tensor = change.tensor();
            change.readers().forEach((needed, readers) -> {
                String delta = fresh(edit, tensor, needed);
                String sum = fresh(edit, tensor, needed);
                edit.initializer(
                        delta,
                        tensor.dataType(),
                        tensor.dims(),
                        new ChangedTensor(tensor, needed, deltas, Optional.empty(), scratch));
                edit.firstNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .setName(sum)
                        .addInput(tensor.name())
                        .addInput(delta)
                        .addOutput(sum)
                        .build());
                for (Use use : readers) {
                    if (!use.canBeRenamed()) {
                        throw new InputException("The reference of constant '" + tensor.name()
                                + "' cannot be written, because it is read by " + use.label()
                                + "; bake without verification and compare yourself");
                    }
                    edit.rename(use, sum);
                }
            });
        }
    }

    private static String fresh(ModelEdit edit, TensorEntry tensor, List<Match> needed) {
        return edit.freshName(tensor.name() + "." + needed.get(0).layer());
    }
}
