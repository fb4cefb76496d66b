package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Combine;
import ham.merge.combine.Contribution;
import ham.merge.combine.Deltas;
import ham.merge.combine.FactorProducts;
import ham.merge.compare.Similarity;
import ham.merge.join.Group;
import ham.merge.join.Grouping;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.MergeStep;
import ham.merge.kernel.Kernels;
import ham.merge.method.RegMeanMerge;
import ham.merge.prune.Pruning;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Hierarchical adapter merging, one adapter at a time: prune, compare with every group, open a group or join the most similar one. Everything
 * is in memory and in double: the control of {@link RunningMerge} and {@link PreparedMerge}. Not thread-safe.
 *
 * <p>Source: METHOD "end of the task", arXiv 2509.13211.
 */
public final class HamMerge {
    private final HamParameters parameters;
    private final Grouping grouping;
    private final List<LoraAdapter> pruned = new ArrayList<>();
    private final SortedMap<String, LoraFactors> shapes = new TreeMap<>();

    /** An empty merge. */
    public HamMerge(HamParameters parameters) {
        this.parameters = parameters;
        this.grouping = new Grouping(parameters);
    }

    /**
     * Adds an adapter that was trained independently of the groups.
     *
     * @throws InputException when {@code alpha} is not finite, or the adapter changes a weight of another shape than those before it
     */
    public MergeStep add(LoraAdapter adapter, Importance alpha) {
        requireShapes(adapter);
        LoraAdapter added = Pruning.prune(adapter, parameters.keep());
        pruned.add(added);
        return grouping.add(
                adapter.name(),
                alpha,
                Similarity.innerProducts(added.factors(), added.factors()),
                group -> innerProducts(group, added));
    }

    /** As {@link #add(LoraAdapter, Importance)}, with one scalar for all weights. */
    public MergeStep add(LoraAdapter adapter, double alpha) {
        return add(adapter, Importance.of(alpha));
    }

    /**
     * Adds an adapter that was trained beside the groups, whose scalars trained on with it.
     *
     * @param trainedGroupAlphas the scalar of every group after this adapter's training, in group order
     * @throws InputException as {@link #add(LoraAdapter, Importance)}, and when the number of scalars is not the number of groups
     */
    public MergeStep add(LoraAdapter adapter, Importance alpha, List<Importance> trainedGroupAlphas) {
        grouping.train(adapter.name(), trainedGroupAlphas);
        return add(adapter, alpha);
    }

    private SortedMap<String, Double> innerProducts(Group group, LoraAdapter adapter) {
        SortedMap<String, Double> sums = new TreeMap<>();
        for (Group.Member member : group.members()) {
            Similarity.innerProducts(pruned.get(member.adapter()).factors(), adapter.factors())
                    .forEach((weight, product) ->
                            sums.merge(weight, member.coefficient().at(weight) * product, Double::sum));
        }
        return sums;
    }

    /**
     * What an adapter's deltas are made of in the function that it was trained in: the groups so far with the scalars that they had then,
     * and the adapter itself, not pruned.
     *
     * @param trainedGroupAlphas the scalar of every group after the adapter's training; empty when it was trained alone
     */
    public SortedMap<String, List<Branch>> trainedFunction(
            LoraAdapter adapter, Importance alpha, List<Importance> trainedGroupAlphas) {
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        for (int i = 0; i < trainedGroupAlphas.size(); i++) {
            addBranches(groups().get(i), trainedGroupAlphas.get(i), branches);
        }
        addBranches(adapter, alpha, branches);
        return branches;
    }

    private void requireShapes(LoraAdapter adapter) {
        adapter.factors().forEach((name, factors) -> {
            LoraFactors known = shapes.putIfAbsent(name, factors);
            if (known != null && (known.outputs() != factors.outputs() || known.inputs() != factors.inputs())) {
                throw new InputException("adapter " + adapter.name() + ", weight " + name + ": expected the delta ["
                        + known.outputs() + ", " + known.inputs() + "] of the adapters before it, found ["
                        + factors.outputs() + ", " + factors.inputs() + "]; these adapters have different bases");
            }
        });
    }

    /** The parameters. */
    public HamParameters parameters() {
        return parameters;
    }

    /** The groups as they stand. */
    public List<Group> groups() {
        return grouping.groups();
    }

    /** The adapters so far, pruned, in order. */
    public List<LoraAdapter> pruned() {
        return List.copyOf(pruned);
    }

    /** What every adapter did, in order. */
    public List<MergeStep> steps() {
        return grouping.steps();
    }

    /** {@code DW_G} [out, in] of every weight that a group adapts; without the group's scalar. */
    public SortedMap<String, Matrix> deltas(Group group) {
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        addBranches(group, Importance.ONE, branches);
        return Deltas.sum(branches);
    }

    /**
     * What every adapter contributes to the merged model, for each adapted weight, in the order of the adapters.
     *
     * @throws InputException with {@link Combine#MEAN} when a group's scalar is not positive
     */
    public SortedMap<String, List<Branch>> branches() {
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        List<Importance> coefficients = grouping.coefficients();
        for (int i = 0; i < pruned.size(); i++) {
            addBranches(pruned.get(i), coefficients.get(i), branches);
        }
        return branches;
    }

    private void addBranches(Group group, Importance alpha, SortedMap<String, List<Branch>> branches) {
        group.members()
                .forEach(member ->
                        addBranches(pruned.get(member.adapter()), alpha.times(member.coefficient()), branches));
    }

    private static void addBranches(LoraAdapter adapter, Importance weight, SortedMap<String, List<Branch>> branches) {
        for (Map.Entry<String, LoraFactors> entry : adapter.factors().entrySet()) {
            branches.computeIfAbsent(entry.getKey(), key -> new ArrayList<>())
                    .add(new Branch(weight.at(entry.getKey()), entry.getValue()));
        }
    }

    /** The merged delta [out, in] of every adapted weight. */
    public SortedMap<String, Matrix> merged() {
        return parameters.combine() == Combine.REGMEAN
                ? leastSquares(pruned, grouping.coefficients())
                : Deltas.sum(branches());
    }

    /** The least-squares delta [out, in] of every weight, from adapters that left their Gram matrices and what each of them counts. */
    static SortedMap<String, Matrix> leastSquares(List<LoraAdapter> pruned, List<Importance> coefficients) {
        SortedMap<String, List<Contribution>> contributions = new TreeMap<>();
        for (int i = 0; i < pruned.size(); i++) {
            LoraAdapter adapter = pruned.get(i);
            Importance coefficient = coefficients.get(i);
            adapter.factors().forEach((weight, factors) -> contributions
                    .computeIfAbsent(weight, key -> new ArrayList<>())
                    .add(new Contribution(adapter.name(), coefficient.at(weight), factors, adapter.gram(weight))));
        }
        FactorProducts products = new FactorProducts(Kernels.best());
        SortedMap<String, Matrix> merged = new TreeMap<>();
        contributions.forEach((weight, each) -> merged.put(weight, new RegMeanMerge().merge(weight, each, products)));
        return merged;
    }
}
