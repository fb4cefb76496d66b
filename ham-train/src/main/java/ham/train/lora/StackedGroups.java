package ham.train.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
import ham.merge.tensor.Matrix;
import ham.train.backbone.Backbone;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The frozen groups in the engine, by the weights that they change: dense deltas stacked, [groups, out * in], zero where a group does not change
 * a layer; or, where every group is one adapter, the adapters' factors side by side, A [R, in] and B with the scalings [out, R] and the group of
 * each of the R directions as one-hot columns [groups, R].
 */
final class StackedGroups {
    private final boolean factored;
    private final SortedMap<String, List<NDArray>> arrays = new TreeMap<>();

    /**
     * Copies groups.
     *
     * @param manager to which the arrays belong
     * @throws InputException if a delta does not fit the model
     */
    StackedGroups(Backbone backbone, NDManager manager, List<FrozenGroup> groups) {
        factored = areFactored(groups);
        for (String name : names(groups)) {
            Shape shape = backbone.weight(name).getShape();
            arrays.put(name, factored ? factors(name, shape, manager, groups) : stack(name, shape, manager, groups));
        }
    }

    /** Whether the arrays of a layer are three, A, B and the directions' groups, and not one stack. */
    static boolean areFactored(List<FrozenGroup> groups) {
        return groups.stream().anyMatch(group -> !group.factors().isEmpty())
                && groups.stream().allMatch(group -> group.deltas().isEmpty());
    }

    private static SortedSet<String> names(List<FrozenGroup> groups) {
        SortedSet<String> names = new TreeSet<>();
        groups.forEach(group -> names.addAll(group.names()));
        return names;
    }

    /** All arrays, layer after layer. */
    List<NDArray> all() {
        return arrays.values().stream().flatMap(List::stream).toList();
    }

    /** Names of the weights that a group changes. */
    Set<String> names() {
        return arrays.keySet();
    }

    /**
     * What the groups add to a weight, [out, in].
     *
     * @param alphas of the groups, [1, groups]
     */
    NDArray delta(String name, NDArray alphas, Shape shape) {
        List<NDArray> layer = arrays.get(name);
        if (factored) {
            return layer.get(1).mul(alphas.matMul(layer.get(2))).matMul(layer.get(0));
        }
        return alphas.matMul(layer.get(0)).reshape(shape);
    }

    private static List<NDArray> stack(String name, Shape shape, NDManager manager, List<FrozenGroup> groups) {
        NDArray stack = manager.zeros(new Shape(groups.size(), shape.size()));
        for (int i = 0; i < groups.size(); i++) {
            Matrix matrix = groups.get(i).dense(name);
            if (matrix != null) {
                requireFit(i, name, shape, matrix.rows(), matrix.columns(), matrix);
                try (NDArray row = manager.create(matrix.data())) {
                    stack.set(new NDIndex(i), row);
                }
            }
        }
        return List.of(stack);
    }

    private static List<NDArray> factors(String name, Shape shape, NDManager manager, List<FrozenGroup> groups) {
        int out = (int) shape.get(0);
        int in = (int) shape.get(1);
        int all = groups.stream()
                .map(group -> group.factors().get(name))
                .filter(Objects::nonNull)
                .mapToInt(LoraFactors::rank)
                .sum();
        float[] a = new float[Math.multiplyExact(all, in)];
        float[] b = new float[Math.multiplyExact(out, all)];
        float[] of = new float[Math.multiplyExact(groups.size(), all)];
        int first = 0;
        for (int i = 0; i < groups.size(); i++) {
            LoraFactors pair = groups.get(i).factors().get(name);
            if (pair != null) {
                requireFit(i, name, shape, pair.outputs(), pair.inputs(), pair.shape());
                System.arraycopy(pair.a().data(), 0, a, first * in, pair.rank() * in);
                for (int row = 0; row < out; row++) {
                    for (int r = 0; r < pair.rank(); r++) {
                        b[row * all + first + r] =
                                (float) (pair.scaling() * pair.b().get(row, r));
                    }
                }
                Arrays.fill(of, i * all + first, i * all + first + pair.rank(), 1);
                first += pair.rank();
            }
        }
        return List.of(
                manager.create(a, new Shape(all, in)),
                manager.create(b, new Shape(out, all)),
                manager.create(of, new Shape(groups.size(), all)));
    }

    private static void requireFit(int group, String name, Shape shape, int rows, int columns, Object found) {
        if (rows != shape.get(0) || columns != shape.get(1)) {
            throw new InputException("group " + group + ": expected a delta " + shape + " for " + name + ", found "
                    + found + "; use adapters of this base");
        }
    }
}
