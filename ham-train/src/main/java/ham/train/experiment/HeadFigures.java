package ham.train.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.train.metrics.AccuracyRow;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run reached with one head; all are fractions. Where all data are learnt at once, figures over time are NaN.
 *
 * @param last accuracy over all classes at the end
 * @param averageIncremental mean over tasks of the accuracy over all classes so far
 * @param forgetting mean over tasks of the best accuracy before the end minus that at the end
 * @param backwardTransfer mean over tasks of the accuracy at the end minus that just after the task
 * @param anyTime accuracy over all classes so far, after every task
 * @param matrix R, a row a task
 */
public record HeadFigures(
        double last,
        double averageIncremental,
        double forgetting,
        double backwardTransfer,
        List<Double> anyTime,
        JsonNode matrix) {
    /**
     * Reads a variant of {@code metrics.json}.
     *
     * @param tasks how many the stream has
     */
    static HeadFigures of(JsonNode variant, int tasks) {
        JsonNode rows = variant.path("R");
        boolean overTime = rows.size() == tasks;
        List<Double> anyTime = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            anyTime.add(overall(rows.path(row), variant.path("images").path(row)));
        }
        return new HeadFigures(
                variant.path("last").asDouble(),
                overTime ? variant.path("average_incremental").asDouble() : Double.NaN,
                overTime ? variant.path("forgetting").asDouble() : Double.NaN,
                overTime ? variant.path("backward_transfer").asDouble() : Double.NaN,
                List.copyOf(anyTime),
                rows);
    }

    private static double overall(JsonNode accuracies, JsonNode images) {
        AccuracyRow row = new AccuracyRow();
        for (int task = 0; task < accuracies.size(); task++) {
            row = row.and(accuracies.path(task).asDouble(), images.path(task).asInt(1));
        }
        return row.overall();
    }

    ObjectNode json() {
        ObjectNode json = JsonFiles.object();
        json.put("last", last);
        json.put("average_incremental", Spread.finite(averageIncremental));
        json.put("forgetting", Spread.finite(forgetting));
        json.put("backward_transfer", Spread.finite(backwardTransfer));
        json.set("any_time", JsonFiles.tree(anyTime));
        return json;
    }
}
