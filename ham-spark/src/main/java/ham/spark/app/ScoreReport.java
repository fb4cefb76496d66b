package ham.spark.app;

/**
 * What a job did.
 *
 * @param rows of the output
 * @param failed of these have an error instead of an answer
 * @param seconds from the first look at the input to the last row written
 */
public record ScoreReport(long rows, long failed, double seconds) {
    /** One line. */
    String text(String output) {
        return String.format(
                java.util.Locale.ROOT,
                "%s: %d rows, %d of them without an answer (column error), %.1f s, %.0f rows/s",
                output,
                rows,
                failed,
                seconds,
                rows / seconds);
    }
}
