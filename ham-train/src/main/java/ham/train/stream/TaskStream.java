package ham.train.stream;

import ham.merge.InputException;
import ham.train.data.Examples;
import ham.train.seed.Seeds;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Classes cut into tasks.
 *
 * <p>A class has a <em>label</em> (its number in the data set) and a <em>position</em> (its place in the order of arrival,
 * which is its row in every head). Task {@code t} of {@code T}, from 0, holds positions {@code t*n/T} up to but not
 * including {@code (t+1)*n/T}, integer division; with a first task of its own size b, the tasks after it share the other classes so.
 */
public final class TaskStream {
    private final int[] order;
    private final int[] positions;
    private final int tasks;
    private final int initial;

    /**
     * Cuts an order into tasks of equal size.
     *
     * @param order position to label, a permutation of 0 .. n-1
     * @param tasks how many tasks
     * @throws InputException if there is no task, or more tasks than classes
     */
    public TaskStream(int[] order, int tasks) {
        this(order, tasks, 0);
    }

    /**
     * Cuts an order into a first task and equal ones.
     *
     * @param order position to label, a permutation of 0 .. n-1
     * @param tasks how many tasks
     * @param initial classes of the first task; 0 for as many as the others have
     * @throws InputException if there is no task, more tasks than classes, or no class is left for a later task
     */
    public TaskStream(int[] order, int tasks, int initial) {
        if (tasks < 1 || tasks > order.length) {
            throw InputException.parameter(
                    "tasks",
                    "expected 1 to " + order.length + " (the data set has " + order.length + " classes), found " + tasks
                            + "; choose a number in that range");
        }
        if (initial < 0 || initial > order.length - (tasks - 1)) {
            throw InputException.parameter(
                    "initial-classes",
                    "expected 0 to " + (order.length - (tasks - 1)) + " of " + order.length
                            + " classes, so that each of " + tasks + " tasks has one, found " + initial
                            + "; choose fewer, or fewer tasks");
        }
        this.order = order.clone();
        this.tasks = tasks;
        this.initial = tasks == 1 ? 0 : initial;
        this.positions = new int[order.length];
        Arrays.fill(positions, -1);
        for (int position = 0; position < order.length; position++) {
            int label = order[position];
            if (label < 0 || label >= order.length || positions[label] >= 0) {
                throw new IllegalArgumentException("not a permutation: " + Arrays.toString(order));
            }
            positions[label] = position;
        }
    }

    /** How many tasks. */
    public int tasks() {
        return tasks;
    }

    /** How many classes have come when {@code task} has come; the same number is the first position of the next task. */
    public int seen(int task) {
        if (initial == 0 || task < 0) {
            return (int) ((task + 1L) * order.length / tasks);
        }
        return initial + (int) ((long) task * (order.length - initial) / (tasks - 1));
    }

    /** The first position of a task. */
    public int firstPosition(int task) {
        return seen(task - 1);
    }

    /** Labels of a task's classes, in order of position. */
    public int[] labels(int task) {
        return Arrays.copyOfRange(order, firstPosition(task), seen(task));
    }

    /** Position to label, all classes. */
    public int[] order() {
        return order.clone();
    }

    /** Position of a label. */
    public int position(int label) {
        return positions[label];
    }

    /** Indices of the images of a task, ascending. */
    public int[] samples(Examples examples, int task) {
        int first = firstPosition(task);
        int end = seen(task);
        return IntStream.range(0, examples.size())
                .filter(i -> positions[examples.label(i)] >= first && positions[examples.label(i)] < end)
                .toArray();
    }

    /**
     * A deterministic choice of a task's images.
     *
     * @param perClass most images of a class; 0 for all
     * @param purpose names the choice; with the seed and the label it decides it, whatever the tasks are
     * @return indices, ascending
     */
    public int[] samples(Examples examples, int task, int perClass, long seed, String purpose) {
        int[] samples = samples(examples, task);
        if (perClass == 0) {
            return samples;
        }
        return Arrays.stream(labels(task))
                .flatMap(label -> {
                    int[] own = ofClass(examples, samples, label);
                    Seeds.shuffle(own, Seeds.random(seed, purpose, label));
                    return Arrays.stream(own).limit(perClass);
                })
                .sorted()
                .toArray();
    }

    private static int[] ofClass(Examples examples, int[] samples, int label) {
        return Arrays.stream(samples).filter(i -> examples.label(i) == label).toArray();
    }

    /**
     * A task's training images, some of each class held out. Drawn from (seed, label), so a class keeps its held-out images whatever the
     * tasks are.
     */
    public Split split(Examples train, int task, long seed, Sampling sampling) {
        boolean[] held = new boolean[train.size()];
        int[] samples = samples(train, task, sampling.perClass(), seed, "training images");
        for (int label : labels(task)) {
            int[] own = ofClass(train, samples, label);
            Seeds.shuffle(own, Seeds.random(seed, "held-out", label));
            for (int i = 0; i < sampling.heldOut(own.length); i++) {
                held[own[i]] = true;
            }
        }
        return new Split(
                Arrays.stream(samples).filter(i -> !held[i]).toArray(),
                Arrays.stream(samples).filter(i -> held[i]).toArray());
    }
}
