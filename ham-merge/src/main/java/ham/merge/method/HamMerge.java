package ham.merge.method;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Hierarchical adapter merging, one adapter at a time: prune, compare with every group, open a group or join the most similar one. Not
 * thread-safe.
 *
 * <p>Source: METHOD "end of the task", arXiv 2509.13211.
 */
public final class HamMerge {
    private final HamParameters parameters;
    private final List<Group> groups = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final SortedMap<String, LoraFactors> shapes = new TreeMap<>();

    /** An empty merge. */
    public HamMerge(HamParameters parameters) {
        this.parameters = parameters;
    }

    /**
     * Adds an adapter that was trained independently of the groups.
     *
     * @throws InputException when {@code alpha} is not finite, or the adapter changes a weight of another shape than those before it
     */
    public Step add(LoraAdapter adapter, double alpha) {
        requireFinite(adapter, alpha);
        requireShapes(adapter);
        LoraAdapter pruned = Pruning.prune(adapter, parameters.keep());
        double squaredNorm = Similarity.innerProduct(pruned.factors(), pruned.factors());
        List<Double> innerProducts = new ArrayList<>();
        List<Double> similarities = new ArrayList<>();
        int best = -1;
        for (Group group : groups) {
            double innerProduct = group.innerProduct(pruned.factors());
            innerProducts.add(innerProduct);
            similarities.add(Similarity.cosine(innerProduct, group.squaredNorm(), squaredNorm));
            if (best < 0 || similarities.get(similarities.size() - 1) > similarities.get(best)) {
                best = similarities.size() - 1;
            }
        }
        boolean open =
                best < 0 || (similarities.get(best) < parameters.tau() && groups.size() < parameters.maxGroups());
        if (open) {
            best = groups.size();
            groups.add(Group.open(pruned.name(), pruned.factors(), alpha, squaredNorm));
        } else {
            Group.Member member = new Group.Member(pruned.name(), 1, pruned.factors());
            groups.set(
                    best,
                    groups.get(best).join(parameters.join(), member, alpha, innerProducts.get(best), squaredNorm));
        }
        Step step = new Step(
                adapter.name(),
                alpha,
                similarities,
                best,
                open,
                groups.get(best).alpha(),
                Math.sqrt(squaredNorm));
        steps.add(step);
        return step;
    }

    /**
     * Adds an adapter that was trained beside the groups, whose scalars trained on with it.
     *
     * @param trainedGroupAlphas the scalar of every group after this adapter's training, in group order
     * @throws InputException as {@link #add(LoraAdapter, double)}, and when the number of scalars is not the number of groups
     */
    public Step add(LoraAdapter adapter, double alpha, List<Double> trainedGroupAlphas) {
        if (trainedGroupAlphas.size() != groups.size()) {
            throw new InputException("adapter " + adapter.name() + " was trained beside " + trainedGroupAlphas.size()
                    + " groups, but with these parameters the merge has " + groups.size()
                    + " before it; merge with the parameters of its run, or independently (--mode independent)");
        }
        trainedGroupAlphas.forEach(each -> requireFinite(adapter, each));
        for (int i = 0; i < groups.size(); i++) {
            groups.set(i, groups.get(i).withAlpha(trainedGroupAlphas.get(i)));
        }
        return add(adapter, alpha);
    }

    private static void requireFinite(LoraAdapter adapter, double alpha) {
        if (!Double.isFinite(alpha)) {
            throw new InputException(
                    "adapter " + adapter.name() + ": expected finite importance scalars, found " + alpha);
        }
    }

    /**
     * What an adapter's deltas are made of in the function that it was trained in: the groups so far with the scalars that they had then,
     * and the adapter itself, not pruned.
     *
     * @param trainedGroupAlphas the scalar of every group after the adapter's training; empty when it was trained alone
     */
    public SortedMap<String, List<Branch>> trainedFunction(
            LoraAdapter adapter, double alpha, List<Double> trainedGroupAlphas) {
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        for (int i = 0; i < trainedGroupAlphas.size(); i++) {
            groups.get(i).addBranches(trainedGroupAlphas.get(i), branches);
        }
        adapter.factors().forEach((name, factors) -> branches.computeIfAbsent(name, key -> new ArrayList<>())
                .add(new Branch(alpha, factors)));
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
        return List.copyOf(groups);
    }

    /** What every adapter did, in order. */
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    /**
     * What every group's member contributes to the merged model, for each adapted weight.
     *
     * @throws InputException with {@link Combine#MEAN} when a group's scalar is not positive
     */
    public SortedMap<String, List<Branch>> branches() {
        double divisor = 1;
        if (parameters.combine() == Combine.MEAN) {
            divisor = 0;
            for (Group group : groups) {
                if (!(group.alpha() > 0)) {
                    throw new InputException("--combine mean: expected every group's alpha above 0, found "
                            + group.alpha() + "; use --combine sum");
                }
                divisor += group.alpha();
            }
        }
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        for (Group group : groups) {
            group.addBranches(group.alpha() / divisor, branches);
        }
        return branches;
    }

    /**
     * The merged delta [out, in] of every adapted weight.
     *
     * @throws InputException as {@link #branches}, and when an entry is too large for float32
     */
    public SortedMap<String, Matrix> merged() {
        SortedMap<String, Matrix> merged = Deltas.sum(branches());
        merged.forEach((name, delta) -> {
            for (float value : delta.data()) {
                if (!Float.isFinite(value)) {
                    throw new InputException("weight " + name + ": expected a merged delta within float32, found "
                            + value + "; look for a huge lora_alpha or alpha among the adapters");
                }
            }
        });
        return merged;
    }
}
