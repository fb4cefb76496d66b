package ham.train.lora;

import ham.merge.adapter.LoraFactors;
import ham.merge.head.LinearHead;
import ham.merge.tensor.Matrix;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the training of a task begins.
 *
 * @param task from 0
 * @param classes of the task
 * @param head of the classes before, which is trained on with that of the task's own; without classes where it is not
 * @param groups frozen groups that the task is trained beside; their scalars are trained
 * @param factors A and B to go on from, of all adapted layers; empty: A is drawn and B is zero
 * @param trainAlpha whether the task's importance scalar is trained; without that it stays 1
 */
public record TaskStart(
        int task,
        int classes,
        LinearHead head,
        List<FrozenGroup> groups,
        Optional<SortedMap<String, LoraFactors>> factors,
        boolean trainAlpha) {
    private static final LinearHead NO_HEAD = new LinearHead(Matrix.zeros(0, 0), new float[0]);

    public TaskStart {
        groups = List.copyOf(groups);
        factors = factors.map(given -> Collections.unmodifiableSortedMap(new TreeMap<>(given)));
    }

    /** A task whose head is trained alone. */
    public TaskStart(
            int task,
            int classes,
            List<FrozenGroup> groups,
            Optional<SortedMap<String, LoraFactors>> factors,
            boolean trainAlpha) {
        this(task, classes, NO_HEAD, groups, factors, trainAlpha);
    }

    /** The same with a head of the classes before, which is trained on. */
    public TaskStart after(LinearHead before) {
        return new TaskStart(task, classes, before, groups, factors, trainAlpha);
    }

    /** A new adapter by itself, without a trained scalar. */
    public static TaskStart alone(int task, int classes) {
        return new TaskStart(task, classes, List.of(), Optional.empty(), false);
    }

    /** The method's own: a new adapter with a scalar of its own beside the groups so far. */
    public static TaskStart beside(int task, int classes, List<FrozenGroup> groups) {
        return new TaskStart(task, classes, groups, Optional.empty(), true);
    }
}
