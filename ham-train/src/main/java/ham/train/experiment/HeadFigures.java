package ham.train.experiment;

import ham.train.metrics.AccuracyMatrix;
import ham.train.metrics.AccuracyRow;
import ham.train.record.VariantRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run reached with one head; all are fractions. Where all data are learnt at once, figures over time are NaN.
 *
 * @param last accuracy over all classes at the end
 * @param averageIncremental mean over tasks of the accuracy over all classes so far
 * @param forgetting mean over tasks of the best accuracy before the end minus that at the end
 * @param forgettingWithLast the same with the accuracy at the end among those of which the best is taken, the field's convention
 * @param backwardTransfer mean over tasks of the accuracy at the end minus that just after the task
 * @param anyTime accuracy over all classes so far, after every task
 * @param matrix R, a row a task
 */
public record HeadFigures(
        double last,
        double averageIncremental,
        double forgetting,
        double forgettingWithLast,
        double backwardTransfer,
        List<Double> anyTime,
        List<List<Double>> matrix) {
    /**
     * Reads a variant of {@code metrics.json}.
     *
     * @param tasks how many the stream has
     */
    static HeadFigures of(VariantRecord variant, int tasks) {
        List<List<Double>> rows = variant.matrix();
        boolean overTime = rows.size() == tasks;
        List<Double> anyTime = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            anyTime.add(overall(
                    rows.get(row),
                    row < variant.images().size() ? variant.images().get(row) : List.of()));
        }
        return new HeadFigures(
                variant.last(),
                overTime ? variant.averageIncremental() : Double.NaN,
                overTime ? variant.forgetting() : Double.NaN,
                overTime ? withLast(variant, tasks) : Double.NaN,
                overTime ? variant.backwardTransfer() : Double.NaN,
                List.copyOf(anyTime),
                rows);
    }

    private static double withLast(VariantRecord variant, int tasks) {
        AccuracyMatrix matrix = new AccuracyMatrix(tasks);
        variant.rows().forEach(matrix::addRow);
        return matrix.forgettingWithLast();
    }

    private static double overall(List<Double> accuracies, List<Integer> images) {
        AccuracyRow row = new AccuracyRow();
        for (int task = 0; task < accuracies.size(); task++) {
            row = row.and(accuracies.get(task), task < images.size() ? images.get(task) : 1);
        }
        return row.overall();
    }
}
