package ham.train.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.train.metrics.AccuracyMatrix;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * The accuracy matrices of everything that a run compares: the merged model with each head ({@code ham/analytic}, ...) and the frozen
 * backbone with the heads that need no training ({@code frozen/analytic}, {@code frozen/prototype}).
 */
public final class Variants {
    private final int[] testCounts;
    private final Map<String, AccuracyMatrix> matrices = new LinkedHashMap<>();

    Variants(int... testCounts) {
        this.testCounts = testCounts.clone();
    }

    /** Name of the merged model with a head. */
    public static String ham(HeadKind head) {
        return "ham/" + head.optionName();
    }

    /** Name of the frozen backbone with a head. */
    public static String frozen(HeadKind head) {
        return "frozen/" + head.optionName();
    }

    /** Adds a task's row. */
    void addRow(String variant, double[] accuracies) {
        matrices.computeIfAbsent(variant, name -> new AccuracyMatrix(testCounts))
                .addRow(accuracies);
    }

    /** The matrix of a variant. */
    public AccuracyMatrix get(String variant) {
        return matrices.get(variant);
    }

    /** Accuracy over all classes seen so far, by variant. */
    Map<String, Double> latest() {
        Map<String, Double> latest = new LinkedHashMap<>();
        matrices.forEach((variant, matrix) -> latest.put(variant, matrix.overall(matrix.size() - 1)));
        return latest;
    }

    /** {@code metrics.json}: the keys of the chosen head at the top, all variants below. */
    ObjectNode json(HeadKind chosen) {
        ObjectNode json = figures(get(ham(chosen)));
        json.put("head", chosen.optionName());
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
        json.set("R", JsonFiles.tree(matrix.rows()));
        return json;
    }

    /** Restores the rows that {@link #json} wrote. */
    static Variants restore(Path file, int... testCounts) {
        Variants variants = new Variants(testCounts);
        ObjectNode json = JsonFiles.read(file, "the accuracies of a run");
        try {
            for (Map.Entry<String, JsonNode> variant : json.path("variants").properties()) {
                for (JsonNode row : variant.getValue().path("R")) {
                    variants.addRow(
                            variant.getKey(),
                            StreamSupport.stream(row.spliterator(), false)
                                    .mapToDouble(JsonNode::asDouble)
                                    .toArray());
                }
            }
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    file, "expected the accuracies of a run, but " + e.getMessage() + "; start over with --force", e);
        }
        if (variants.matrices.isEmpty()) {
            throw new InputException(file, "expected the accuracies of a run, found none; start over with --force");
        }
        return variants;
    }
}
