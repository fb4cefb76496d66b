package ham.train.learn;

import ham.merge.MergeProgress;
import ham.merge.adapter.LoraAdapter;
import ham.merge.join.Importance;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.PreparedMerge;
import ham.merge.tensor.Matrix;
import ham.train.lora.TaskStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Adapters that are trained alone and merged by one of the methods without groups; an adapter's weight is its scalar, 1 where none was trained. */
final class MergingLearner implements Learner {
    private final MergeSettings settings;
    private final List<LoraAdapter> adapters = new ArrayList<>();
    private final List<Importance> alphas = new ArrayList<>();

    MergingLearner(MergeSettings settings) {
        this.settings = settings;
    }

    @Override
    public TaskStart start(int task, int classes) {
        return TaskStart.alone(task, classes);
    }

    @Override
    public void join(LearnedTask task) {
        adapters.add(task.adapter());
        alphas.add(task.alpha());
    }

    @Override
    public SortedMap<String, Matrix> deltas() {
        return PreparedMerge.of(settings, adapters, alphas, List.of(), MergeProgress.SILENT)
                .merged();
    }

    @Override
    public Optional<FolderMerge> folderMerge() {
        boolean plain = alphas.stream().allMatch(Importance.ONE::equals);
        return Optional.of(new FolderMerge(settings, false, plain ? List.of() : alphas));
    }
}
