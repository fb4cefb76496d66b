package ham.spark.app;

import ham.common.ErrorCode;
import ham.common.HamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/**
 * What {@code ham} and {@code spark-submit} start: {@code score REQUEST} or {@code sweep REQUEST}, where the request ({@link ScoreRequest},
 * {@link SweepRequest}) is JSON or a file of it. Exit codes are those of ham: 0 done, 1 failed, 2 wrong usage.
 */
public final class Main {
    private Main() {}

    /** Runs a job, and ends the JVM when it fails. */
    public static void main(String[] args) {
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "classpath:ham/spark/log4j2.properties");
        }
        int code = run(args);
        if (code != 0) {
            System.exit(code);
        }
    }

    private static int run(String[] args) {
        if (args.length != 2 || !(args[0].equals("score") || args[0].equals("sweep"))) {
            System.err.println("ham: expected 'score' or 'sweep', and what to do as JSON or a file of JSON");
            return 2;
        }
        try {
            String json = args[1].startsWith("{") ? args[1] : Files.readString(Path.of(args[1]));
            if (args[0].equals("score")) {
                score(ScoreRequest.of(json));
            } else {
                SweepRequest request = SweepRequest.of(json);
                try (SparkSession spark = Sessions.forPrograms(request.master(), "ham sweep")) {
                    new SweepJob(spark, request).run();
                }
            }
            return 0;
        } catch (IOException e) {
            System.err.println("ham: " + args[1] + ": cannot be read (" + e + ")");
            return 1;
        } catch (Exception e) {
            // Those of Spark are checked ones that Java does not know to be thrown.
            System.err.println("ham: " + sentence(e));
            return e instanceof HamException known && known.code() == ErrorCode.USAGE ? 2 : 1;
        }
    }

    private static void score(ScoreRequest request) throws IOException {
        try (SparkSession spark = Sessions.begin(request.master(), "ham score")) {
            ScoreReport report = new ScoreJob(spark, request).run();
            System.out.println(report.text(request.output(), request.json()));
        }
    }

    /** What ham said, however deep Spark has wrapped it. */
    private static String sentence(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof HamException) {
                return each.getMessage().replaceFirst("\\.$", "");
            }
        }
        if (String.valueOf(failure.getMessage()).contains("stopped SparkContext")) {
            return "master: expected a Spark master that answers and gives executors, found none, or one that ended this"
                    + " application; is its URL the one in its log, spark://HOST:PORT?";
        }
        return String.valueOf(failure.getMessage())
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse(failure.getClass().getName());
    }
}
