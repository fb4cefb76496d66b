package ham.train.learn;

import ham.merge.join.MergeStep;
import ham.merge.tensor.Matrix;
import ham.train.lora.TaskStart;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** A way to learn a stream of tasks: what it knows between two of them. All of it follows from the learned tasks, in order. Not thread-safe. */
public interface Learner {
    /**
     * What stands frozen beside the next task, and where its adapter begins.
     *
     * @param task from 0
     * @param classes of the task
     */
    TaskStart start(int task, int classes);

    /** Takes in the next task's adapter. */
    void join(LearnedTask task);

    /** The delta [out, in] of every adapted weight after the tasks so far. */
    SortedMap<String, Matrix> deltas();

    /** How {@code ham merge} makes these deltas from the adapter folders; empty when there is no single model. */
    Optional<FolderMerge> folderMerge();

    /** Where the last adapter went, for methods with groups. */
    default Optional<MergeStep> lastStep() {
        return Optional.empty();
    }

    /**
     * The ways to fail that the last task showed, one sentence each.
     *
     * @param rigidBelow fraction of its value at its last join below which a group's scalar counts as muted
     */
    default List<String> failures(double rigidBelow) {
        return List.of();
    }
}
