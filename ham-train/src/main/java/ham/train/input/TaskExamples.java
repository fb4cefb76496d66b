package ham.train.input;

import ham.train.data.Examples;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** Examples of one task with their target (row of the task's own head). */
public final class TaskExamples {
    private final InputSource source;
    private final int[] targets;

    /**
     * Examples of a set; none is read yet.
     *
     * @param indices which of the set
     * @param target from a label of the data set to a target, from 0
     * @param reader how they become what the model takes
     */
    public TaskExamples(Examples set, int[] indices, IntUnaryOperator target, InputReader reader) {
        source = reader.open(set, indices);
        targets = Arrays.stream(indices).map(set::label).map(target).toArray();
    }

    /** How many examples. */
    public int size() {
        return source.size();
    }

    InputSource source() {
        return source;
    }

    int target(int index) {
        return targets[index];
    }
}
