package ham.merge.join;

import ham.merge.MergeProgress;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.compare.FactorStack;
import ham.merge.compare.Measure;
import ham.merge.compare.PairProducts;
import ham.merge.compare.Similarity;
import ham.merge.compare.WeightShapes;
import ham.merge.kernel.Kernels;
import ham.merge.kernel.Parallel;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Groups adapters that need not fit in memory: block by block, and in a block weight by weight, it gathers the inner products that
 * {@link Grouping} decides by. Weights are worked on in parallel; results do not depend on the number of threads.
 */
public final class StreamedGrouping {
    /** Of a cosine near 1 from float32 products; a few units in the last place. */
    private static final double ERROR = 2.5e-7;

    private final List<? extends AdapterSource> adapters;
    private final SortedMap<String, WeightShapes> shapes;
    private final List<String> weights;
    private final GroupingPlan plan;
    private final Kernels kernels;
    private final MergeProgress progress;
    private final ThreadLocal<FactorStack> stacks = ThreadLocal.withInitial(FactorStack::new);
    private final ThreadLocal<PairProducts> pairs;

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
        this.weights = List.copyOf(shapes.keySet());
        this.plan = plan;
        this.kernels = kernels;
        this.progress = progress;
        this.pairs = ThreadLocal.withInitial(() -> new PairProducts(kernels));
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
                parameters, ERROR, (group, adapter) -> exactSimilarity(parameters.similarity(), group, adapter));
        GroupDeltas dense = plan.allPairs() ? null : new GroupDeltas(kernels, shapes, parameters.maxGroups());
        for (int from = 0; from < adapters.size(); from += plan.block()) {
            int to = Math.min(adapters.size(), from + plan.block());
            ProductBlock block = gather(from, to, grouping.groups(), dense);
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
                addTo(dense, block, from, grouping.groups());
            }
        }
        return grouping;
    }

    private ProductBlock gather(int from, int to, List<Group> groups, GroupDeltas dense) {
        List<ProductBlock.AtWeight> found = Parallel.map(
                weights,
                weight -> {
                    FactorStack stack = stacks.get();
                    stack.fill(read(weight, IntStream.range(from, to).boxed().toList()));
                    double[][] products = pairs.get().of(stack, to - from, shapes.get(weight));
                    double[][] withGroups = new double[groups.size()][];
                    for (int g = 0; g < groups.size(); g++) {
                        withGroups[g] = dense.innerProducts(weight, g, stack, to - from);
                    }
                    return new ProductBlock.AtWeight(products, withGroups);
                },
                done -> progress.at(
                        "comparing",
                        (long) from * weights.size() + (long) done * (to - from),
                        (long) adapters.size() * weights.size()));
        SortedMap<String, ProductBlock.AtWeight> products = new TreeMap<>();
        for (int w = 0; w < weights.size(); w++) {
            products.put(weights.get(w), found.get(w));
        }
        return new ProductBlock(
                from,
                adapters.subList(from, to).stream().map(AdapterSource::layers).toList(),
                groups,
                products);
    }

    /** Brings the dense deltas from where they stood before a block to where they stand after it. */
    private void addTo(GroupDeltas dense, ProductBlock block, int from, List<Group> groups) {
        Parallel.map(
                weights,
                weight -> {
                    for (int g = 0; g < groups.size(); g++) {
                        List<Group.Member> added = groups.get(g).members().stream()
                                .filter(member -> member.adapter() >= from)
                                .toList();
                        List<Optional<LoraFactors>> factors = read(
                                weight,
                                added.stream().map(Group.Member::adapter).toList());
                        FactorStack stack = stacks.get();
                        stack.fill(
                                factors,
                                IntStream.range(0, added.size())
                                        .mapToObj(
                                                i -> added.get(i).coefficient().at(weight)
                                                        * factors.get(i)
                                                                .map(LoraFactors::scaling)
                                                                .orElse(0.0))
                                        .toList());
                        dense.add(weight, g, block.factorSince(groups.get(g), weight), stack);
                    }
                    return weight;
                },
                done -> {});
    }

    private List<Optional<LoraFactors>> read(String weight, List<Integer> indices) {
        return indices.stream()
                .map(adapters::get)
                .map(adapter -> adapter.layers().containsKey(weight)
                        ? Optional.of(adapter.factors(weight))
                        : Optional.<LoraFactors>empty())
                .toList();
    }

    /** Similarity from inner products in double, from the factors; slow, and asked for only where float32 leaves a choice open. */
    private double exactSimilarity(Measure measure, Group group, int adapter) {
        SortedMap<String, LoraFactors> candidate =
                LoraAdapter.load(adapters.get(adapter)).factors();
        List<SortedMap<String, Double>> members = Parallel.map(
                group.members(),
                member -> Similarity.innerProducts(
                        LoraAdapter.load(adapters.get(member.adapter())).factors(), candidate),
                done -> {});
        SortedMap<String, Double> products = new TreeMap<>();
        for (int i = 0; i < members.size(); i++) {
            Importance coefficient = group.members().get(i).coefficient();
            members.get(i)
                    .forEach(
                            (weight, product) -> products.merge(weight, coefficient.at(weight) * product, Double::sum));
        }
        return measure.of(products, group.squaredNorms(), Similarity.innerProducts(candidate, candidate));
    }
}
