package ham.merge.join;

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
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The inner products of a block of adapters, with each other and with the dense deltas of the groups, weight by weight in parallel; and what such a
 * block adds to these deltas. Results do not depend on the number of threads.
 */
final class BlockProducts {
    /** Of a cosine near 1 from float32 products; a few units in the last place. */
    static final double ERROR = 2.5e-7;

    private final List<? extends AdapterSource> adapters;
    private final SortedMap<String, WeightShapes> shapes;
    private final ThreadLocal<FactorStack> stacks = ThreadLocal.withInitial(FactorStack::new);
    private final ThreadLocal<PairProducts> pairs;

    /**
     * Reads when it is asked to.
     *
     * @param adapters pruned, in order; more may come at the end
     * @param shapes of every weight that an adapter changes; more may come
     */
    BlockProducts(List<? extends AdapterSource> adapters, SortedMap<String, WeightShapes> shapes, Kernels kernels) {
        this.adapters = adapters;
        this.shapes = shapes;
        this.pairs = ThreadLocal.withInitial(() -> new PairProducts(kernels));
    }

    /**
     * Products of the adapters {@code from} to {@code to}, the latter not among them.
     *
     * @param dense the deltas of the groups; not read where there are none
     * @param finished hears how many weights are done, after each
     */
    ProductBlock gather(int from, int to, List<Group> groups, GroupDeltas dense, IntConsumer finished) {
        List<String> weights = List.copyOf(shapes.keySet());
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
                finished);
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
    void addTo(GroupDeltas dense, ProductBlock block, int from, List<Group> groups) {
        Parallel.map(
                List.copyOf(shapes.keySet()),
                weight -> {
                    for (int g = 0; g < groups.size(); g++) {
                        List<Group.Member> added = groups.get(g).members().stream()
                                .filter(member -> member.adapter() >= from)
                                .toList();
                        if (added.isEmpty()) {
                            continue;
                        }
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
    double exactSimilarity(Measure measure, Group group, int adapter) {
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
