package ham.train.learn;

import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.join.Importance;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.tensor.Matrix;
import ham.train.lora.FrozenGroup;
import ham.train.lora.TaskStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * SD-LoRA: every earlier pair {@code B_j A_j} stands frozen beside the next task with a scalar that keeps training from where it stands, so
 * the function does not jump between tasks. Pairs stay factors: as dense deltas they would fill memory. No pruning, no groups: a step's cost grows with the tasks. Source: arXiv 2501.13198.
 */
final class SdLoraLearner implements Learner {
    private final List<LoraAdapter> adapters = new ArrayList<>();
    private final List<Importance> alphas = new ArrayList<>();

    @Override
    public TaskStart start(int task, int classes) {
        return TaskStart.beside(
                task,
                classes,
                IntStream.range(0, adapters.size())
                        .mapToObj(i ->
                                FrozenGroup.of(alphas.get(i), adapters.get(i).factors()))
                        .toList());
    }

    @Override
    public void join(LearnedTask task) {
        alphas.clear();
        alphas.addAll(task.groupAlphas());
        alphas.add(task.alpha());
        adapters.add(task.adapter());
        if (alphas.size() != adapters.size()) {
            throw new IllegalArgumentException("expected a scalar of every earlier pair, found "
                    + task.groupAlphas().size());
        }
    }

    @Override
    public SortedMap<String, Matrix> deltas() {
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        for (int i = 0; i < adapters.size(); i++) {
            addBranches(adapters.get(i), alphas.get(i), branches);
        }
        return Deltas.sum(branches);
    }

    private static void addBranches(LoraAdapter adapter, Importance weight, SortedMap<String, List<Branch>> branches) {
        for (Map.Entry<String, LoraFactors> entry : adapter.factors().entrySet()) {
            branches.computeIfAbsent(entry.getKey(), key -> new ArrayList<>())
                    .add(new Branch(weight.at(entry.getKey()), entry.getValue()));
        }
    }

    @Override
    public Optional<FolderMerge> folderMerge() {
        return Optional.of(new FolderMerge(MergeSettings.of(MergeMethod.CAT), false, alphas));
    }
}
