package ham.train.learn;

import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.MergeStep;
import ham.merge.plan.FailureSignatures;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.RunningMerge;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import ham.train.lora.FrozenGroup;
import ham.train.lora.TaskStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.IntStream;

/** HAM: each adapter trained beside the groups before it (or alone), then pruned, compared, and joined. */
final class HamLearner implements Learner {
    private final RunningMerge merge;
    private final MergeMode mode;
    private List<MergeStep> stepsBefore = List.of();
    private List<Importance> trainedAlphas = List.of();

    HamLearner(HamParameters parameters, MergeMode mode) {
        this.merge = new RunningMerge(parameters);
        this.mode = mode;
    }

    @Override
    public TaskStart start(int task, int classes) {
        List<FrozenGroup> groups = mode == MergeMode.INDEPENDENT
                ? List.of()
                : IntStream.range(0, merge.groups().size())
                        .mapToObj(g -> new FrozenGroup(merge.groups().get(g).alpha(), merge.deltas(g)))
                        .toList();
        return TaskStart.beside(task, classes, groups);
    }

    @Override
    public void join(LearnedTask task) {
        stepsBefore = merge.steps();
        trainedAlphas = task.groupAlphas();
        if (mode == MergeMode.INDEPENDENT) {
            merge.add(task.adapter(), task.alpha());
        } else {
            merge.add(task.adapter(), task.alpha(), task.groupAlphas());
        }
    }

    @Override
    public SortedMap<String, Matrix> deltas() {
        return merge.merged();
    }

    @Override
    public Optional<FolderMerge> folderMerge() {
        return Optional.of(new FolderMerge(MergeSettings.ham(merge.parameters()), false, List.of()));
    }

    @Override
    public Optional<MergeStep> lastStep() {
        return Optional.of(merge.steps().get(merge.steps().size() - 1));
    }

    @Override
    public List<String> failures(double rigidBelow) {
        List<String> failures = new ArrayList<>(FailureSignatures.rigidification(
                stepsBefore, trainedAlphas.stream().map(Importance::mean).toList(), rigidBelow));
        failures.addAll(
                FailureSignatures.rankExplosion(merge.parameters(), merge.groups(), merge.steps(), merge.pruned()));
        return failures;
    }
}
