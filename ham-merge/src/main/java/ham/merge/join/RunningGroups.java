package ham.merge.join;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.compare.WeightShapes;
import ham.merge.kernel.Kernels;
import ham.merge.kernel.Parallel;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Groups that adapters join one at a time while a run goes on, at a cost that does not grow with the adapters before: every group's dense delta
 * stands in a temporary file ({@link GroupDeltas}), is compared with, and gets what joins it. Products are float32. Not thread-safe.
 *
 * <p>Source: METHOD "place" and "join", arXiv 2509.13211.
 */
public final class RunningGroups {
    private final Grouping grouping;
    private final GroupDeltas dense;
    private final BlockProducts products;
    private final List<LoraAdapter> adapters = new ArrayList<>();
    private final SortedMap<String, WeightShapes> shapes = new TreeMap<>();

    /** No group yet. */
    public RunningGroups(HamParameters parameters) {
        Kernels kernels = Kernels.best();
        dense = new GroupDeltas(kernels, parameters.maxGroups());
        products = new BlockProducts(adapters, shapes, kernels);
        grouping = new Grouping(
                parameters,
                BlockProducts.ERROR,
                (group, adapter) -> products.exactSimilarity(parameters.similarity(), group, adapter));
    }

    /** As {@link Grouping#train}. */
    public void train(String adapter, List<Importance> alphas) {
        grouping.train(adapter, alphas);
    }

    /**
     * Places the next adapter, which is pruned.
     *
     * @throws InputException as {@link Grouping#add}, and when the adapter changes a weight of another shape than those before it
     */
    public MergeStep add(LoraAdapter adapter, Importance alpha) {
        WeightShapes.add(adapter, shapes);
        dense.add(shapes);
        int index = adapters.size();
        adapters.add(adapter);
        ProductBlock block = products.gather(index, index + 1, grouping.groups(), dense, done -> {});
        MergeStep step = grouping.add(
                adapter.name(), alpha, block.squaredNorms(index), group -> block.innerProducts(group, index));
        products.addTo(dense, block, index, grouping.groups());
        return step;
    }

    /** The groups as they stand. */
    public List<Group> groups() {
        return grouping.groups();
    }

    /** What every adapter did, in order. */
    public List<MergeStep> steps() {
        return grouping.steps();
    }

    /** The adapters so far, in order. */
    public List<LoraAdapter> adapters() {
        return List.copyOf(adapters);
    }

    /** As {@link Grouping#coefficients}. */
    public List<Importance> coefficients() {
        return grouping.coefficients();
    }

    /** {@code DW_G} [out, in] of every weight that a group changes, without its scalar. */
    public SortedMap<String, Matrix> delta(int group) {
        List<String> changed =
                List.copyOf(grouping.groups().get(group).squaredNorms().keySet());
        return byName(changed, Parallel.map(changed, weight -> dense.delta(weight, group), done -> {}));
    }

    /**
     * The sum [out, in] of all groups at every weight, with their scalars.
     *
     * @throws InputException as {@link Grouping#groupCoefficients}
     */
    public SortedMap<String, Matrix> sum() {
        List<String> weights = List.copyOf(shapes.keySet());
        List<Group> groups = grouping.groups();
        List<Importance> coefficients = grouping.groupCoefficients();
        return byName(weights, Parallel.map(weights, weight -> sum(weight, groups, coefficients), done -> {}));
    }

    private Matrix sum(String weight, List<Group> groups, List<Importance> coefficients) {
        WeightShapes shape = shapes.get(weight);
        Matrix sum = Matrix.zeros(shape.outputs(), shape.inputs());
        float[] values = sum.data();
        for (int g = 0; g < groups.size(); g++) {
            if (groups.get(g).squaredNorms().containsKey(weight)) {
                double coefficient = coefficients.get(g).at(weight);
                float[] delta = dense.delta(weight, g).data();
                for (int i = 0; i < values.length; i++) {
                    values[i] += (float) (coefficient * delta[i]);
                }
            }
        }
        return sum;
    }

    private static SortedMap<String, Matrix> byName(List<String> names, List<Matrix> matrices) {
        SortedMap<String, Matrix> named = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
            named.put(names.get(i), matrices.get(i));
        }
        return named;
    }
}
