package ham.train.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.train.learn.LearningMethod;
import ham.train.metrics.AccuracyMatrix;
import ham.train.metrics.AccuracyRow;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;

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

    /** The keys of the chosen variant at the top, all variants below. */
    ObjectNode json(LearningMethod method, HeadKind head) {
        ObjectNode json = figures(matrices.get(name(method, head)));
        json.put("method", method.optionName());
        json.put("head", head.optionName());
        ObjectNode all = json.putObject("variants");
        matrices.forEach((variant, matrix) -> all.set(variant, figures(matrix)));
        return json;
    }

    private static ObjectNode figures(AccuracyMatrix matrix) {
        ObjectNode json = JsonFiles.object();
        json.put("last", matrix.last());
        json.put("average_incremental", matrix.averageIncremental());
        json.put("forgetting", matrix.forgetting());
        json.put("backward_transfer", matrix.backwardTransfer());
        json.set(
                "R",
                JsonFiles.tree(
                        matrix.rows().stream().map(AccuracyRow::accuracies).toList()));
        json.set(
                "images",
                JsonFiles.tree(matrix.rows().stream().map(AccuracyRow::images).toList()));
        return json;
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

    /** Restores the rows that {@link #json} wrote. */
    static Variants restore(Path file, int tasks) {
        Variants variants = new Variants(tasks);
        ObjectNode json = JsonFiles.read(file, "the accuracies of a run");
        try {
            for (Map.Entry<String, JsonNode> variant : json.path("variants").properties()) {
                JsonNode rows = variant.getValue().path("R");
                JsonNode images = variant.getValue().path("images");
                for (int row = 0; row < rows.size(); row++) {
                    variants.addRow(variant.getKey(), row(rows.path(row), images.path(row)));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    file, "expected the accuracies of a run, but " + e.getMessage() + "; start over (force)", e);
        }
        if (variants.matrices.isEmpty()) {
            throw new InputException(file, "expected the accuracies of a run, found none; start over (force)");
        }
        return variants;
    }

    private static AccuracyRow row(JsonNode accuracies, JsonNode images) {
        return new AccuracyRow(
                StreamSupport.stream(accuracies.spliterator(), false)
                        .mapToDouble(JsonNode::asDouble)
                        .toArray(),
                StreamSupport.stream(images.spliterator(), false)
                        .mapToInt(JsonNode::asInt)
                        .toArray());
    }
}
