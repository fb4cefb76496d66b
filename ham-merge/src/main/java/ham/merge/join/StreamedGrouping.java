package ham.merge.join;

import ham.merge.MergeProgress;
import ham.merge.adapter.AdapterSource;
import ham.merge.compare.WeightShapes;
import ham.merge.kernel.Kernels;
import java.util.List;
import java.util.SortedMap;

/**
 * Groups adapters that need not fit in memory: block by block, and in a block weight by weight, it gathers the inner products that
 * {@link Grouping} decides by. Weights are worked on in parallel; results do not depend on the number of threads.
 */
public final class StreamedGrouping {
    private final List<? extends AdapterSource> adapters;
    private final SortedMap<String, WeightShapes> shapes;
    private final GroupingPlan plan;
    private final Kernels kernels;
    private final MergeProgress progress;
    private final BlockProducts products;

    /**
     * A grouping that can begin.
     *
     * @param pruned what is compared, in order
     */
    public StreamedGrouping(
            List<? extends AdapterSource> pruned,
            SortedMap<String, WeightShapes> shapes,
            GroupingPlan plan,
            Kernels kernels,
            MergeProgress progress) {
        this.adapters = pruned;
        this.shapes = shapes;
        this.plan = plan;
        this.kernels = kernels;
        this.progress = progress;
        this.products = new BlockProducts(pruned, shapes, kernels);
    }

    /**
     * Places every adapter, in order.
     *
     * @param alphas importance of each
     * @param trainedGroupAlphas the scalars of the groups after the training of each adapter; empty when trained independently
     */
    public Grouping place(
            HamParameters parameters, List<Importance> alphas, List<List<Importance>> trainedGroupAlphas) {
        Grouping grouping = new Grouping(
                parameters,
                BlockProducts.ERROR,
                (group, adapter) -> products.exactSimilarity(parameters.similarity(), group, adapter));
        GroupDeltas dense = new GroupDeltas(kernels, parameters.maxGroups());
        if (!plan.allPairs()) {
            dense.add(shapes);
        }
        for (int from = 0; from < adapters.size(); from += plan.block()) {
            int to = Math.min(adapters.size(), from + plan.block());
            int first = from;
            ProductBlock block = products.gather(
                    from,
                    to,
                    grouping.groups(),
                    dense,
                    done -> progress.at(
                            "comparing",
                            (long) first * shapes.size() + (long) done * (to - first),
                            (long) adapters.size() * shapes.size()));
            for (int i = from; i < to; i++) {
                if (!trainedGroupAlphas.isEmpty()) {
                    grouping.train(adapters.get(i).name(), trainedGroupAlphas.get(i));
                }
                int adapter = i;
                grouping.add(
                        adapters.get(i).name(),
                        alphas.get(i),
                        block.squaredNorms(i),
                        group -> block.innerProducts(group, adapter));
            }
            if (to < adapters.size()) {
                products.addTo(dense, block, from, grouping.groups());
            }
        }
        return grouping;
    }
}
