package ham.spark.app;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Runs programs as tasks of Spark, which runs one again that was lost with its worker. */
public final class SweepJob {
    private final SparkSession spark;
    private final SweepRequest request;

    /** A job in a session. */
    public SweepJob(SparkSession spark, SweepRequest request) {
        this.spark = spark;
        this.request = request;
    }

    /** Runs wave after wave. */
    public void run() {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        for (List<SweepRequest.Program> wave : request.waves()) {
            if (!wave.isEmpty()) {
                context.parallelize(wave, wave.size()).foreach(new SweepTask(request.folder()));
            }
        }
    }
}
