package ham.spark.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;

/**
 * What a job did.
 *
 * @param rows of the output
 * @param failed of these have an error instead of an answer
 * @param seconds from the first look at the input to the last row written
 */
public record ScoreReport(long rows, long failed, double seconds) {
    /** One line, of text or of JSON. */
    String text(String output, boolean json) {
        if (json) {
            return new ObjectMapper()
                    .createObjectNode()
                    .put("output", output)
                    .put("rows", rows)
                    .put("failed", failed)
                    .put("seconds", seconds)
                    .toString();
        }
        return String.format(
                Locale.ROOT,
                "%s: %d rows, %d of them without an answer (column error), %.1f s, %.0f rows/s",
                output,
                rows,
                failed,
                seconds,
                rows / seconds);
    }
}
