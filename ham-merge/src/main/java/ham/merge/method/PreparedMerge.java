package ham.merge.method;

import ham.merge.InputException;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LoraFactors;
import ham.merge.kernel.Kernels;
import ham.merge.tensor.Matrix;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A merge that is decided: which adapter counts how much. Deltas are computed weight by weight when they are asked for, so that neither all
 * adapters nor all deltas need to fit in memory. Safe for use by several threads.
 */
public final class PreparedMerge {
    /** Adapters whose factors are in memory at once while a sum is formed. */
    private static final int CHUNK = 128;

    private final MergeSettings settings;
    private final List<? extends AdapterSource> adapters;
    private final SortedMap<String, WeightShapes> shapes;
    private final List<Group> groups;
    private final List<Step> steps;
    private final List<Double> coefficients;
    private final Kernels kernels;
    private final ThreadLocal<FactorStack> stacks = ThreadLocal.withInitial(FactorStack::new);
    private final ThreadLocal<DeltaStatistics.Workspace> workspaces =
            ThreadLocal.withInitial(DeltaStatistics.Workspace::new);

    private PreparedMerge(
            MergeSettings settings,
            List<? extends AdapterSource> adapters,
            SortedMap<String, WeightShapes> shapes,
            Decision decision,
            Kernels kernels) {
        this.settings = settings;
        this.adapters = adapters;
        this.shapes = shapes;
        this.groups = decision.groups();
        this.steps = decision.steps();
        this.coefficients = decision.coefficients();
        this.kernels = kernels;
    }

    private record Decision(List<Group> groups, List<Step> steps, List<Double> coefficients) {}

    /** Hears of the factors that a delta is made of, as they are (pruned) in the merge. */
    public interface FactorSink {
        /** Does not listen. */
        FactorSink NONE = (adapter, factors) -> {};

        /**
         * One adapter's factors.
         *
         * @param adapter its place in the order of the merge
         */
        void accept(int adapter, LoraFactors factors);
    }

    /**
     * Decides a merge.
     *
     * @param adapters in order, at least one; all biases as deltas
     * @param weights importance (ham) or weight (other methods) of each
     * @param trainedGroupAlphas for ham, the scalars of the groups after the training of each adapter; empty when trained independently
     * @throws InputException when shapes differ, weights are not finite or the method cannot use them
     */
    public static PreparedMerge of(
            MergeSettings settings,
            List<? extends AdapterSource> adapters,
            List<Double> weights,
            List<List<Double>> trainedGroupAlphas,
            MergeProgress progress) {
        SortedMap<String, WeightShapes> shapes = WeightShapes.of(adapters);
        Kernels kernels = Kernels.best();
        if (settings.method() != MergeMethod.HAM) {
            return new PreparedMerge(settings, adapters, shapes, weighted(settings, adapters, weights), kernels);
        }
        List<PrunedAdapter> pruned = adapters.stream()
                .map(each -> new PrunedAdapter(each, settings::keep))
                .toList();
        GroupingPlan plan =
                GroupingPlan.of(adapters.size(), shapes, settings.ham().maxGroups());
        Grouping grouping = new StreamedGrouping(pruned, shapes, plan, kernels, progress)
                .place(settings.ham(), weights, trainedGroupAlphas);
        return new PreparedMerge(
                settings,
                pruned,
                shapes,
                new Decision(grouping.groups(), grouping.steps(), grouping.coefficients()),
                kernels);
    }

    /** The methods without groups, as one group whose members' coefficients are the weights. */
    private static Decision weighted(
            MergeSettings settings, List<? extends AdapterSource> adapters, List<Double> weights) {
        List<Double> coefficients = settings.coefficients(weights);
        List<Step> steps = new ArrayList<>();
        List<Group.Member> members = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            String name = adapters.get(i).name();
            if (!Double.isFinite(weights.get(i))) {
                throw new InputException(
                        "--weight: expected finite numbers, found " + weights.get(i) + " for adapter " + name);
            }
            members.add(new Group.Member(i, name, coefficients.get(i)));
            steps.add(new Step(name, weights.get(i), List.of(), 0, i == 0, 1, Double.NaN));
        }
        return new Decision(List.of(new Group(members, 1, new TreeMap<>())), steps, coefficients);
    }

    /** What the merge was told. */
    public MergeSettings settings() {
        return settings;
    }

    /** The adapters in order, as they are in the merge: pruned for ham. */
    public List<AdapterSource> adapters() {
        return Collections.unmodifiableList(adapters);
    }

    /** Every weight that is changed, and the shapes there. */
    public SortedMap<String, WeightShapes> shapes() {
        return shapes;
    }

    /** The groups; one that holds all adapters for methods that do not group. */
    public List<Group> groups() {
        return groups;
    }

    /** What every adapter did, in order. */
    public List<Step> steps() {
        return steps;
    }

    /** What every adapter's delta counts in the merged delta, before {@link MergeSettings#layerWeight}; in order. */
    public List<Double> coefficients() {
        return coefficients;
    }

    /** Name of the kernels that multiply. */
    public String kernels() {
        return kernels.name();
    }

    /**
     * The merged delta [out, in] of one weight.
     *
     * @param sink hears of every adapter's factors at this weight, once each
     * @throws InputException when factors cannot be read, or an entry is too large for float32
     */
    public Matrix delta(String weight, FactorSink sink) {
        Matrix delta = settings.method().factored() ? sum(weight, sink) : combined(weight, sink);
        for (float value : delta.data()) {
            if (!Float.isFinite(value)) {
                throw new InputException("weight " + weight + ": expected a merged delta within float32, found " + value
                        + "; look for a huge lora_alpha, alpha or weight among the adapters");
            }
        }
        return delta;
    }

    /** How large a delta is. */
    public DeltaStatistics statistics(Matrix delta) {
        return workspaces.get().of(delta, kernels);
    }

    private Matrix sum(String weight, FactorSink sink) {
        WeightShapes shape = shapes.get(weight);
        FactorStack stack = stacks.get();
        FloatBuffer result = stack.result(shape.outputs() * shape.inputs());
        double layerWeight = settings.layerWeight(weight);
        for (int from = 0; from < adapters.size(); from += CHUNK) {
            List<Optional<LoraFactors>> factors = new ArrayList<>();
            List<Double> multipliers = new ArrayList<>();
            for (int i = from; i < Math.min(adapters.size(), from + CHUNK); i++) {
                Optional<LoraFactors> read = read(i, weight, sink);
                factors.add(read);
                multipliers.add(layerWeight
                        * coefficients.get(i)
                        * read.map(LoraFactors::scaling).orElse(0.0));
            }
            stack.fill(factors, multipliers);
            kernels.multiply(
                    stack.b(0, shape.outputs()),
                    true,
                    stack.a(0, shape.inputs()),
                    false,
                    result,
                    shape.outputs(),
                    shape.inputs(),
                    stack.rank(),
                    from == 0 ? 0 : 1);
        }
        Matrix delta = Matrix.zeros(shape.outputs(), shape.inputs());
        result.get(0, delta.data());
        return delta;
    }

    private Matrix combined(String weight, FactorSink sink) {
        List<Contribution> contributions = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            double coefficient = coefficients.get(i) * settings.layerWeight(weight);
            String name = adapters.get(i).name();
            read(i, weight, sink).ifPresent(factors -> contributions.add(new Contribution(name, coefficient, factors)));
        }
        return settings.weightMerge(weight).merge(weight, contributions);
    }

    private Optional<LoraFactors> read(int adapter, String weight, FactorSink sink) {
        AdapterSource source = adapters.get(adapter);
        if (!source.layers().containsKey(weight)) {
            return Optional.empty();
        }
        LoraFactors factors = source.factors(weight);
        sink.accept(adapter, factors);
        return Optional.of(factors);
    }

    /** The merged delta [out] of every bias that an adapter changes: never pruned nor trimmed, always the weighted sum. */
    public SortedMap<String, float[]> biases() {
        SortedMap<String, double[]> sums = new TreeMap<>();
        for (int i = 0; i < adapters.size(); i++) {
            for (Map.Entry<String, BiasChange> entry : adapters.get(i).biases().entrySet()) {
                float[] values = entry.getValue().values();
                double[] sum = sums.computeIfAbsent(entry.getKey(), key -> new double[values.length]);
                for (int o = 0; o < sum.length; o++) {
                    sum[o] += coefficients.get(i) * values[o];
                }
            }
        }
        SortedMap<String, float[]> biases = new TreeMap<>();
        sums.forEach((name, sum) -> {
            float[] rounded = new float[sum.length];
            for (int o = 0; o < sum.length; o++) {
                rounded[o] = (float) sum[o];
            }
            biases.put(name, rounded);
        });
        return biases;
    }

    /** All merged deltas at once, for merges that fit in memory. */
    public SortedMap<String, Matrix> merged() {
        SortedMap<String, Matrix> merged = new TreeMap<>();
        shapes.keySet().forEach(weight -> merged.put(weight, delta(weight, FactorSink.NONE)));
        return merged;
    }
}
