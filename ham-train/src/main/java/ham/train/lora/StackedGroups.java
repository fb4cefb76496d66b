package ham.train.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.train.backbone.Backbone;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The frozen groups' deltas in the engine, stacked: weight name to [groups, out * in], zero where a group does not change a layer. */
final class StackedGroups {
    private StackedGroups() {}

    /**
     * Copies deltas.
     *
     * @param manager to which the arrays belong
     * @throws InputException if a delta does not fit the model
     */
    static SortedMap<String, NDArray> stack(Backbone backbone, NDManager manager, List<FrozenGroup> groups) {
        SortedMap<String, NDArray> stacks = new TreeMap<>();
        for (int i = 0; i < groups.size(); i++) {
            for (var delta : groups.get(i).deltas().entrySet()) {
                String name = delta.getKey();
                Shape shape = backbone.weight(name).getShape();
                Matrix matrix = delta.getValue();
                if (matrix.rows() != shape.get(0) || matrix.columns() != shape.get(1)) {
                    throw new InputException("group " + i + ": expected a delta " + shape + " for " + name + ", found "
                            + matrix + "; use adapters of this base");
                }
                NDArray stack =
                        stacks.computeIfAbsent(name, key -> manager.zeros(new Shape(groups.size(), shape.size())));
                try (NDArray row = manager.create(matrix.data())) {
                    stack.set(new NDIndex(i), row);
                }
            }
        }
        return stacks;
    }
}
