package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.adapter.AdapterSource;
import ham.merge.combine.FactorProducts;
import ham.merge.compare.PairProducts;
import ham.merge.compare.WeightShapes;
import ham.merge.join.GroupingPlan;
import ham.merge.safetensors.SafetensorsFile;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a merge will have to do, from the shapes of its adapters alone.
 *
 * @param settings what the merge was told
 * @param shapes every weight that is changed, and the shapes there
 * @param grouping for ham, how adapters get compared
 */
public record MergePlan(
        MergeSettings settings, SortedMap<String, WeightShapes> shapes, Optional<GroupingPlan> grouping) {
    /** How often an entry of a factor is looked at: pruned twice, stacked, transposed, copied, written. */
    private static final int FACTOR_PASSES = 8;
    /** How often an entry of a merged delta is looked at: copied, checked, measured, written. */
    private static final int DELTA_PASSES = 6;
    /** How often an entry of an adapter's delta is looked at by methods that trim or drop: copied, selected, voted, added. */
    private static final int ENTRY_PASSES = 8;
    /** Most rows of stacked factors that are multiplied at once, see {@link FactorProducts}. */
    private static final int MOST_RANK = 1024;
    /** Rows of a tile of {@link PairProducts}. */
    private static final int TILE = 256;

    /**
     * Plans a merge; reads no tensor.
     *
     * @throws InputException when shapes differ, or a rule for layers matches no weight
     */
    public static MergePlan of(MergeSettings settings, List<? extends AdapterSource> adapters) {
        SortedMap<String, WeightShapes> shapes = WeightShapes.of(adapters);
        requireMatched(settings.layers(), shapes.keySet(), adapters);
        return new MergePlan(
                settings,
                shapes,
                settings.method() == MergeMethod.HAM
                        ? Optional.of(GroupingPlan.of(
                                adapters.size(), shapes, settings.ham().maxGroups()))
                        : Optional.empty());
    }

    private static void requireMatched(
            List<LayerRule> rules, Set<String> weights, List<? extends AdapterSource> adapters) {
        if (rules.isEmpty()) {
            return;
        }
        SortedSet<String> changed = new TreeSet<>(weights);
        adapters.forEach(each -> changed.addAll(each.biases().keySet()));
        for (LayerRule rule : rules) {
            if (changed.stream().noneMatch(rule::matches)) {
                throw InputException.parameter(
                        "layer",
                        "'" + rule.match() + "': expected an expression that is found in the name"
                                + " of a weight such as " + changed.first() + ", found it in none of "
                                + changed.size());
            }
        }
    }

    /** Floating point operations of the comparison; 0 for methods that do not compare. */
    public double comparingOperations() {
        return grouping.map(plan -> plan.allPairs() ? plan.pairOperations() : plan.denseOperations())
                .orElse(0.0);
    }

    /** Floating point operations of the deltas and their statistics. */
    public double mergingOperations() {
        double operations = 0;
        for (WeightShapes shape : shapes.values()) {
            double out = shape.outputs();
            double in = shape.inputs();
            double least = Math.min(out, in);
            operations += 2 * shape.rank() * out * in + (out <= in ? 1 : 2) * least * least * Math.max(out, in);
            if (!settings.factored() && !settings.method().mergesEntries()) {
                // Two QR decompositions and an SVD of what is between, in double.
                double inner = Math.min(shape.rank(), least);
                operations += 16 * (out + in) * inner * inner + 60 * inner * inner * inner;
            }
        }
        return operations;
    }

    /** How many entries are looked at one by one, each as often as it is. */
    public double entryVisits() {
        double visits = 0;
        for (WeightShapes shape : shapes.values()) {
            double delta = (double) shape.outputs() * shape.inputs();
            visits += FACTOR_PASSES * (double) factorEntries(shape) + DELTA_PASSES * delta;
            visits += settings.method().mergesEntries() ? ENTRY_PASSES * delta * shape.adapters() : 0;
        }
        return visits;
    }

    private static long factorEntries(WeightShapes shape) {
        return (long) shape.rank() * ((long) shape.outputs() + shape.inputs());
    }

    /** Size of the factors in float32, as {@code groups.safetensors} holds them, without the header. */
    public long factorBytes() {
        return Float.BYTES
                * shapes.values().stream().mapToLong(MergePlan::factorEntries).sum();
    }

    /** Size of the merged deltas in float32. */
    public long deltaBytes() {
        return Float.BYTES
                * shapes.values().stream()
                        .mapToLong(shape -> (long) shape.outputs() * shape.inputs())
                        .sum();
    }

    /** About how much memory the work itself needs at its peak, without the JVM; what is read stays mapped, up to a bound. */
    public long workingBytes(int threads) {
        long largest = 0;
        long compared = 0;
        for (WeightShapes shape : shapes.values()) {
            long atOnce = grouping.map(plan -> comparing(shape, plan)).orElse(0L);
            largest = Math.max(largest, Math.max(merging(shape), atOnce));
            compared += grouping.map(plan -> (long) plan.block() * plan.block()).orElse(0L);
        }
        return (long) Float.BYTES * threads * largest
                + Double.BYTES * compared
                + Math.min(factorBytes(), SafetensorsFile.MOST_MAPPED);
    }

    /** Floats that a thread holds while it merges a weight. */
    private long merging(WeightShapes shape) {
        long sides = (long) shape.outputs() + shape.inputs();
        long delta = (long) shape.outputs() * shape.inputs();
        long least = Math.min(shape.outputs(), shape.inputs());
        long floats = Math.min(shape.rank(), MOST_RANK) * sides + 4 * delta + least * least;
        if (settings.factored()) {
            return floats;
        }
        return settings.method().mergesEntries() ? floats + 16 * delta : floats + 16L * shape.rank() * sides;
    }

    private static long comparing(WeightShapes shape, GroupingPlan plan) {
        long stacked = (long) Math.ceil((double) shape.rank() * plan.block() / plan.adapters());
        return stacked * ((long) shape.outputs() + shape.inputs() + 2 * TILE);
    }
}
