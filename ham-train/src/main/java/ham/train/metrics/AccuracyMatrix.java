package ham.train.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code R[i][j]}, {@code j <= i}: accuracy on task {@code j}'s test images after task {@code i}, among all classes seen so
 * far. All values are fractions from 0 to 1.
 *
 * <p>Rows are added in order, each with the number of images that it was measured on, which may be fewer in the rows before the last; where the last row also says what it is on these
 * ({@link AccuracyRow#onEarlierImages}), forgetting and backward transfer compare accuracies on the same images. Every figure refers to the rows that are there. Source: HAM, arXiv 2509.13211, section 4; forgetting after Chaudhry et al., arXiv
 * 1801.10112; backward transfer after Lopez-Paz and Ranzato, arXiv 1706.08840.
 */
public final class AccuracyMatrix {
    private final int tasks;
    private final List<AccuracyRow> rows = new ArrayList<>();

    /** A matrix without rows, for so many tasks. */
    public AccuracyMatrix(int tasks) {
        this.tasks = tasks;
    }

    /**
     * Adds the row after the next task.
     *
     * @param row one accuracy for each task so far, this one included
     */
    public void addRow(AccuracyRow row) {
        if (rows.size() == tasks || row.size() != rows.size() + 1) {
            throw new IllegalArgumentException("row " + rows.size() + " of " + tasks + " has " + (rows.size() + 1)
                    + " accuracies, found " + row.size());
        }
        rows.add(row);
    }

    /** How many rows there are. */
    public int size() {
        return rows.size();
    }

    /** {@code R[i][j]}, from 0. */
    public double get(int afterTask, int ofTask) {
        return rows.get(afterTask).accuracy(ofTask);
    }

    /** All rows, the first with one value, the next with two, and so on. */
    public List<AccuracyRow> rows() {
        return List.copyOf(rows);
    }

    /** Accuracy over all classes seen after a task: the row's mean, weighted by test images. */
    public double overall(int afterTask) {
        return rows.get(afterTask).overall();
    }

    /** Accuracy over all classes after the last task. */
    public double last() {
        return overall(lastRow());
    }

    /** Mean over tasks {@code i} of the accuracy over all classes seen after {@code i}. */
    public double averageIncremental() {
        double sum = 0;
        for (int task = 0; task <= lastRow(); task++) {
            sum += overall(task);
        }
        return sum / rows.size();
    }

    /**
     * Mean over tasks {@code j} but the last of the best accuracy on {@code j} before the last task, minus the accuracy at the
     * end. 0 where there is one task only.
     */
    public double forgetting() {
        int last = lastRow();
        double sum = 0;
        for (int task = 0; task < last; task++) {
            double best = 0;
            for (int after = task; after < last; after++) {
                best = Math.max(best, get(after, task));
            }
            sum += best - rows.get(last).earlier(task);
        }
        return last == 0 ? 0 : sum / last;
    }

    /**
     * Forgetting as the field's toolboxes count it: as {@link #forgetting}, but the accuracy at the end is among those of which the best is taken, so
     * that no task counts less than 0. 0 where there is one task only.
     */
    public double forgettingWithLast() {
        int last = lastRow();
        double sum = 0;
        for (int task = 0; task < last; task++) {
            double best = 0;
            for (int after = task; after < last; after++) {
                best = Math.max(best, get(after, task));
            }
            double end = rows.get(last).earlier(task);
            sum += Math.max(best, end) - end;
        }
        return last == 0 ? 0 : sum / last;
    }

    /**
     * Mean over tasks {@code j} but the last of the accuracy at the end minus that just after learning {@code j}. 0 where there
     * is one task only.
     */
    public double backwardTransfer() {
        int last = lastRow();
        double sum = 0;
        for (int task = 0; task < last; task++) {
            sum += rows.get(last).earlier(task) - get(task, task);
        }
        return last == 0 ? 0 : sum / last;
    }

    private int lastRow() {
        if (rows.isEmpty()) {
            throw new IllegalStateException("no task has been measured yet");
        }
        return rows.size() - 1;
    }
}
