package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.combine.Combine;
import ham.merge.join.Group;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.MergeStep;
import ham.merge.join.RunningGroups;
import ham.merge.prune.Pruning;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.SortedMap;

/**
 * Hierarchical adapter merging after every task of a run: prune, compare with every group, open a group or join the most similar one. A task takes
 * the same time and memory whatever came before, but for {@link Combine#REGMEAN}, which looks at all adapters again. {@link HamMerge} is the
 * control. Not thread-safe.
 *
 * <p>Source: METHOD "end of the task", arXiv 2509.13211.
 */
public final class RunningMerge {
    private final HamParameters parameters;
    private final RunningGroups groups;

    /** An empty merge. */
    public RunningMerge(HamParameters parameters) {
        this.parameters = parameters;
        this.groups = new RunningGroups(parameters);
    }

    /**
     * Adds an adapter that was trained independently of the groups.
     *
     * @throws InputException when {@code alpha} is not finite, or the adapter changes a weight of another shape than those before it
     */
    public MergeStep add(LoraAdapter adapter, Importance alpha) {
        return groups.add(Pruning.prune(adapter, parameters.keep()), alpha);
    }

    /**
     * Adds an adapter that was trained beside the groups, whose scalars trained on with it.
     *
     * @param trainedGroupAlphas the scalar of every group after this adapter's training, in group order
     * @throws InputException as {@link #add(LoraAdapter, Importance)}, and when the number of scalars is not the number of groups
     */
    public MergeStep add(LoraAdapter adapter, Importance alpha, List<Importance> trainedGroupAlphas) {
        groups.train(adapter.name(), trainedGroupAlphas);
        return add(adapter, alpha);
    }

    /** The parameters. */
    public HamParameters parameters() {
        return parameters;
    }

    /** The groups as they stand. */
    public List<Group> groups() {
        return groups.groups();
    }

    /** The adapters so far, pruned, in order. */
    public List<LoraAdapter> pruned() {
        return groups.adapters();
    }

    /** What every adapter did, in order. */
    public List<MergeStep> steps() {
        return groups.steps();
    }

    /** {@code DW_G} [out, in] of every weight that a group adapts; without the group's scalar. */
    public SortedMap<String, Matrix> deltas(int group) {
        return groups.delta(group);
    }

    /**
     * The merged delta [out, in] of every adapted weight.
     *
     * @throws InputException with {@link Combine#MEAN} when a group's scalar is not positive
     */
    public SortedMap<String, Matrix> merged() {
        return parameters.combine() == Combine.REGMEAN
                ? HamMerge.leastSquares(groups.adapters(), groups.coefficients())
                : groups.sum();
    }
}
