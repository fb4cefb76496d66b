package ham.train.run;

import ham.merge.InputException;
import ham.merge.head.HeadKind;
import ham.train.learn.LearningMethod;
import ham.train.metrics.AccuracyMatrix;
import ham.train.metrics.AccuracyRow;
import ham.train.record.VariantRecord;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The accuracy matrices of everything that a run compares, under {@code METHOD/HEAD}: the method with each head ({@code ham/analytic}, ...)
 * and the frozen backbone with the heads that need no training ({@code frozen/analytic}, {@code frozen/prototype}).
 */
public final class Variants {
    private final int tasks;
    private final Map<String, AccuracyMatrix> matrices = new LinkedHashMap<>();

    Variants(int tasks) {
        this.tasks = tasks;
    }

    /** Name of a method with a head. */
    public static String name(LearningMethod method, HeadKind head) {
        return method.optionName() + "/" + head.optionName();
    }

    /** Adds the row after a task for each head of a method. */
    void addRows(LearningMethod method, Map<HeadKind, AccuracyRow> rows) {
        rows.forEach((head, row) -> addRow(name(method, head), row));
    }

    private void addRow(String variant, AccuracyRow row) {
        matrices.computeIfAbsent(variant, name -> new AccuracyMatrix(tasks)).addRow(row);
    }

    /** The row of a variant after the last task so far; the empty row before the first. */
    AccuracyRow lastRow(LearningMethod method, HeadKind head) {
        AccuracyMatrix matrix = matrices.get(name(method, head));
        return matrix == null ? new AccuracyRow() : matrix.rows().get(matrix.size() - 1);
    }

    /** Accuracy over all classes seen so far, by variant. */
    Map<String, Double> latest() {
        Map<String, Double> latest = new LinkedHashMap<>();
        matrices.forEach((variant, matrix) -> latest.put(variant, matrix.overall(matrix.size() - 1)));
        return latest;
    }

    /** The figures of every variant. */
    Map<String, VariantRecord> records() {
        Map<String, VariantRecord> records = new LinkedHashMap<>();
        matrices.forEach((variant, matrix) -> records.put(variant, VariantRecord.of(matrix)));
        return records;
    }

    /** Every entry of every R as a line of comma-separated values, under a line of names; tasks are counted from 0. */
    String csv() {
        StringBuilder lines = new StringBuilder("variant,after_task,task,accuracy,images\n");
        matrices.forEach((variant, matrix) -> {
            for (int after = 0; after < matrix.size(); after++) {
                AccuracyRow row = matrix.rows().get(after);
                for (int task = 0; task <= after; task++) {
                    lines.append(String.format(
                            Locale.ROOT,
                            "%s,%d,%d,%s,%d\n",
                            variant,
                            after,
                            task,
                            row.accuracy(task),
                            row.images(task)));
                }
            }
        });
        return lines.toString();
    }

    /**
     * Restores what {@link #records} gave.
     *
     * @param file where they were read, for messages
     */
    static Variants restore(Path file, Map<String, VariantRecord> records, int tasks) {
        Variants variants = new Variants(tasks);
        try {
            records.forEach((variant, record) -> record.rows().forEach(row -> variants.addRow(variant, row)));
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    file, "expected the accuracies of a run, but " + e.getMessage() + "; start over (force)", e);
        }
        if (variants.matrices.isEmpty()) {
            throw new InputException(file, "expected the accuracies of a run, found none; start over (force)");
        }
        return variants;
    }
}
