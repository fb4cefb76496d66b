package ham.train.learn;

import ham.merge.adapter.LoraAdapter;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.tensor.Matrix;
import ham.train.lora.TaskStart;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** The last adapter is all there is: it was trained on from the one before it (sequential, joint, frozen), or anew (oracle). */
final class LatestAdapter implements Learner {
    private final boolean goesOn;
    private LearnedTask latest;

    LatestAdapter(boolean goesOn) {
        this.goesOn = goesOn;
    }

    @Override
    public TaskStart start(int task, int classes) {
        return new TaskStart(
                task,
                classes,
                List.of(),
                Optional.ofNullable(goesOn ? latest : null)
                        .map(LearnedTask::adapter)
                        .map(LoraAdapter::factors),
                false);
    }

    @Override
    public void join(LearnedTask task) {
        latest = task;
    }

    @Override
    public SortedMap<String, Matrix> deltas() {
        return latest.trainedDeltas(start(0, 1));
    }

    @Override
    public Optional<FolderMerge> folderMerge() {
        return goesOn
                ? Optional.of(new FolderMerge(MergeSettings.of(MergeMethod.CAT), true, List.of()))
                : Optional.empty();
    }
}
