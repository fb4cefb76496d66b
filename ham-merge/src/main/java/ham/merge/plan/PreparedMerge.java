package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.Parameters;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Compression;
import ham.merge.combine.Contribution;
import ham.merge.combine.DeltaStatistics;
import ham.merge.combine.FactorProducts;
import ham.merge.compare.WeightShapes;
import ham.merge.gram.GramFile;
import ham.merge.gram.InputGram;
import ham.merge.join.Group;
import ham.merge.join.Grouping;
import ham.merge.join.Importance;
import ham.merge.join.MergeStep;
import ham.merge.join.StreamedGrouping;
import ham.merge.kernel.Kernels;
import ham.merge.method.BranchMerge;
import ham.merge.method.SvdMerge;
import ham.merge.prune.PrunedAdapter;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/**
 * A merge that is decided: which adapter counts how much. Deltas are computed weight by weight when they are asked for, so that neither all
 * adapters nor all deltas need to fit in memory. Safe for use by several threads.
 */
public final class PreparedMerge {
    private final MergeSettings settings;
    private final List<? extends AdapterSource> adapters;
    private final SortedMap<String, WeightShapes> shapes;
    private final List<Group> groups;
    private final List<MergeStep> steps;
    private final List<Importance> weights;
    private final Importance totalWeight;
    private final Kernels kernels;
    private final ThreadLocal<FactorProducts> products;
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
        this.weights = decision.weights();
        this.totalWeight = total(weights);
        this.kernels = kernels;
        this.products = ThreadLocal.withInitial(() -> new FactorProducts(kernels));
    }

    /** Groups, what every adapter did, and the weight of every adapter in the sum or other method that makes the deltas. */
    private record Decision(List<Group> groups, List<MergeStep> steps, List<Importance> weights) {}

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
     * Checks what no tensor is needed for; parameters as in {@link #of}.
     *
     * @throws InputException when weights are not finite, are neither one nor one for each weight that an adapter changes, or the method cannot use them
     */
    public static void check(
            MergeSettings settings,
            List<? extends AdapterSource> adapters,
            List<Importance> weights,
            List<List<Importance>> trainedGroupAlphas) {
        adapters.stream()
                .filter(each -> settings.usesGrams() && !each.hasGrams())
                .findFirst()
                .ifPresent(lacking -> {
                    throw new InputException("adapter " + lacking.name()
                            + ": expected the Gram matrices of its layers' inputs (" + GramFile.NAME
                            + " in its folder) for a least-squares merge, found none; train it with gram full, or"
                            + " merge by another method");
                });
        if (settings.method() != MergeMethod.HAM) {
            weighted(settings, adapters, weights);
            return;
        }
        for (int i = 0; i < adapters.size(); i++) {
            AdapterSource adapter = adapters.get(i);
            Grouping.check(adapter.name(), adapter.layers().keySet(), weights.get(i));
            if (!trainedGroupAlphas.isEmpty()) {
                int most = Math.min(i, settings.ham().maxGroups());
                Grouping.check(adapter.name(), trainedGroupAlphas.get(i), Math.min(i, 1), most);
            }
        }
    }

    /**
     * Decides a merge.
     *
     * @param adapters in order, at least one; all biases as deltas
     * @param weights importance (ham) or weight (other methods) of each
     * @param trainedGroupAlphas for ham, the scalars of the groups after the training of each adapter; empty when trained independently
     * @throws InputException when shapes differ, weights are not finite, are neither one nor one for each weight that an adapter changes, or the method cannot use them
     */
    public static PreparedMerge of(
            MergeSettings settings,
            List<? extends AdapterSource> adapters,
            List<Importance> weights,
            List<List<Importance>> trainedGroupAlphas,
            MergeProgress progress) {
        check(settings, adapters, weights, trainedGroupAlphas);
        MergePlan plan = MergePlan.of(settings, adapters);
        SortedMap<String, WeightShapes> shapes = plan.shapes();
        Kernels kernels = Kernels.best();
        if (plan.grouping().isEmpty()) {
            return new PreparedMerge(settings, adapters, shapes, weighted(settings, adapters, weights), kernels);
        }
        List<PrunedAdapter> pruned = adapters.stream()
                .map(each -> new PrunedAdapter(each, settings::keep))
                .toList();
        Grouping grouping = new StreamedGrouping(pruned, shapes, plan.grouping().get(), kernels, progress)
                .place(settings.ham(), weights, trainedGroupAlphas);
        return new PreparedMerge(
                settings,
                pruned,
                shapes,
                new Decision(grouping.groups(), grouping.steps(), grouping.coefficients()),
                kernels);
    }

    /** The methods without groups, as one group whose members' coefficients say what each counts. */
    private static Decision weighted(
            MergeSettings settings, List<? extends AdapterSource> adapters, List<Importance> weights) {
        List<MergeStep> steps = new ArrayList<>();
        List<Group.Member> members = new ArrayList<>();
        Importance total = total(weights);
        for (int i = 0; i < adapters.size(); i++) {
            String name = adapters.get(i).name();
            Importance weight = weights.get(i);
            requireUsable(adapters.get(i), weight);
            members.add(new Group.Member(i, name, coefficient(settings, weight, total)));
            steps.add(new MergeStep(name, weight, List.of(), 0, i == 0, 1, Double.NaN));
        }
        return new Decision(List.of(new Group(members, Importance.ONE, new TreeMap<>())), steps, weights);
    }

    private static void requireUsable(AdapterSource adapter, Importance weight) {
        Parameters.requireFinite("weight", weight.mean());
        if (weight.isPerLayer()
                && !weight.layers().keySet().equals(adapter.layers().keySet())) {
            throw new InputException("adapter " + adapter.name() + ": expected one weight, or one for each of the "
                    + adapter.layers().size() + " layers that it changes, found them for "
                    + weight.layers().size() + " layers or under other names");
        }
    }

    private static Importance coefficient(MergeSettings settings, Importance weight, Importance total) {
        return Importance.combine(
                List.of(weight, total),
                numbers -> settings.weightMerge("", numbers[1]) instanceof BranchMerge merge
                        ? merge.coefficient(numbers[0])
                        : numbers[0]);
    }

    private static Importance total(List<Importance> weights) {
        return Importance.combine(weights, numbers -> DoubleStream.of(numbers).sum());
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
    public List<MergeStep> steps() {
        return steps;
    }

    /** The rank of a group at one weight: the sum of its members' ranks. */
    public int rank(Group group, String weight) {
        return group.members().stream()
                .map(member -> adapters.get(member.adapter()).layers().get(weight))
                .mapToInt(layer -> layer == null ? 0 : layer.rank())
                .sum();
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
        Matrix delta = settings.weightMerge(weight, totalWeight.at(weight))
                .merge(weight, contributions(weight, sink), products.get());
        requireFinite(weight, delta);
        return delta;
    }

    private static void requireFinite(String weight, Matrix delta) {
        for (float value : delta.data()) {
            if (!Float.isFinite(value)) {
                throw new InputException("weight " + weight + ": expected a merged delta within float32, found " + value
                        + "; look for a huge lora_alpha, alpha or weight among the adapters");
            }
        }
    }

    /** How large a delta is. */
    public DeltaStatistics statistics(Matrix delta) {
        return workspaces.get().of(delta, kernels);
    }

    /**
     * The addends of one weight's merged delta, in the order of the adapters that change it.
     *
     * @throws IllegalStateException when the method does not add up factors ({@link MergeMethod#factored})
     */
    public List<Branch> branches(String weight) {
        if (settings.weightMerge(weight, totalWeight.at(weight)) instanceof BranchMerge merge) {
            return merge.branches(contributions(weight, FactorSink.NONE));
        }
        throw new IllegalStateException(settings.method() + " does not add up factors");
    }

    /**
     * The merged delta of one weight as factors of a low rank; where the method sums or cuts factors, dense deltas are formed only when their
     * summed rank reaches the smaller side.
     *
     * @param rank at least 1; the result's is lower where the method makes a delta of a lower one
     * @throws InputException as {@link #delta}
     */
    public Compression compressed(String weight, int rank) {
        if (settings.factored()) {
            return Compression.of(branches(weight), rank);
        }
        if (settings.weightMerge(weight, totalWeight.at(weight)) instanceof SvdMerge svd) {
            return new SvdMerge(Math.min(rank, svd.rank())).compress(contributions(weight, FactorSink.NONE));
        }
        return Compression.of(delta(weight, FactorSink.NONE), rank);
    }

    /** Larger deltas cannot be compared in float32, and some methods would lose what is beside them without a word. */
    private static void requireWithin(String weight, String adapter, double own, LoraFactors factors) {
        double norm = Math.max(1, Math.abs(own)) * Math.abs(factors.scaling()) * norm(factors.b()) * norm(factors.a());
        if (!(norm * norm < Float.MAX_VALUE)) {
            throw new InputException("weight " + weight + ", adapter " + adapter
                    + ": expected a delta whose square is within float32, found a norm of up to " + norm
                    + "; look for a huge entry, lora_alpha, alpha or weight");
        }
    }

    private static double norm(Matrix matrix) {
        double sum = 0;
        for (float value : matrix.data()) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private List<Contribution> contributions(String weight, FactorSink sink) {
        List<Contribution> contributions = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            AdapterSource adapter = adapters.get(i);
            if (adapter.layers().containsKey(weight)) {
                LoraFactors factors = adapter.factors(weight);
                sink.accept(i, factors);
                contributions.add(contribution(
                        i,
                        weight,
                        weights.get(i).at(weight),
                        factors,
                        settings.usesGrams() ? adapter.gram(weight) : Optional.empty()));
            }
        }
        return contributions;
    }

    private Contribution contribution(
            int place, String tensor, double weight, LoraFactors factors, Optional<InputGram> gram) {
        String adapter = adapters.get(place).name();
        double own = settings.layerWeight(tensor) * weight;
        requireWithin(tensor, adapter, own, factors);
        return new Contribution(adapter, own, factors, gram);
    }

    /**
     * The merged delta [d] of every vector (bias, weight of a norm) that an adapter changes: merged as a weight of one row, but never pruned, and by
     * the mean of the weighted deltas of all adapters where the method takes matrices apart or asks for their inputs.
     *
     * @throws InputException as {@link #delta}
     */
    public SortedMap<String, float[]> biases() {
        SortedMap<String, List<Contribution>> contributions = new TreeMap<>();
        for (int i = 0; i < adapters.size(); i++) {
            for (Map.Entry<String, BiasChange> entry : adapters.get(i).biases().entrySet()) {
                String vector = entry.getKey();
                float[] values = entry.getValue().values();
                contributions
                        .computeIfAbsent(vector, key -> new ArrayList<>())
                        .add(contribution(
                                i,
                                vector,
                                weights.get(i).atBias(vector),
                                LoraFactors.dense(new Matrix(1, values.length, values)),
                                Optional.empty()));
            }
        }
        SortedMap<String, float[]> biases = new TreeMap<>();
        contributions.forEach((vector, each) -> {
            Matrix delta = settings.vectorMerge(vector, totalWeight.atBias(vector), adapters.size())
                    .merge(vector, each, products.get());
            requireFinite(vector, delta);
            biases.put(vector, delta.data());
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
