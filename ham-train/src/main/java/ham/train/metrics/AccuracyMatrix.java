package ham.train.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code R[i][j]}, {@code j <= i}: accuracy on task {@code j}'s test images after task {@code i}, among all classes seen so
 * far. All values are fractions from 0 to 1.
 *
 * <p>Rows are added in order. Every figure refers to the rows that are there. Source: HAM, arXiv 2509.13211, section 4;
 * forgetting after Chaudhry et al., arXiv 1801.10112; backward transfer after Lopez-Paz and Ranzato, arXiv 1706.08840.
 */
public final class AccuracyMatrix {
    private final int[] testCounts;
    private final List<double[]> rows = new ArrayList<>();

    /**
     * A matrix without rows.
     *
     * @param testCounts how many test images each task has; all positive
     */
    public AccuracyMatrix(int... testCounts) {
        for (int count : testCounts) {
            if (count < 1) {
                throw new IllegalArgumentException("a task without test images has no accuracy");
            }
        }
        this.testCounts = testCounts.clone();
    }

    /**
     * Adds the row after the next task.
     *
     * @param accuracies one fraction for each task so far, this one included
     */
    public void addRow(double... accuracies) {
        if (rows.size() == testCounts.length || accuracies.length != rows.size() + 1) {
            throw new IllegalArgumentException("row " + rows.size() + " of " + testCounts.length + " has "
                    + (rows.size() + 1) + " accuracies, found " + accuracies.length);
        }
        for (double accuracy : accuracies) {
            if (!(accuracy >= 0 && accuracy <= 1)) {
                throw new IllegalArgumentException("an accuracy is a fraction from 0 to 1, found " + accuracy);
            }
        }
        rows.add(accuracies.clone());
    }

    /** How many rows there are. */
    public int size() {
        return rows.size();
    }

    /** {@code R[i][j]}, from 0. */
    public double get(int afterTask, int ofTask) {
        return rows.get(afterTask)[ofTask];
    }

    /** All rows, the first with one value, the next with two, and so on. */
    public List<double[]> rows() {
        return rows.stream().map(double[]::clone).toList();
    }

    /** Accuracy over all classes seen after a task: the row's mean, weighted by test images. */
    public double overall(int afterTask) {
        double correct = 0;
        double count = 0;
        for (int task = 0; task <= afterTask; task++) {
            correct += get(afterTask, task) * testCounts[task];
            count += testCounts[task];
        }
        return correct / count;
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
            sum += best - get(last, task);
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
            sum += get(last, task) - get(task, task);
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
