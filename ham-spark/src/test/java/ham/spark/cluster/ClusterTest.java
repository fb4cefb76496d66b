package ham.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.classify.TextClassifier;
import ham.runtime.image.ImageDecoder;
import ham.runtime.model.SessionSettings;
import ham.spark.HamModel;
import ham.spark.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real cluster: Spark's standalone master and two workers, each a process of its own with an executor of its own. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class ClusterTest {
    private static final Path COLORS = LocalSpark.testData("onnx/colors.onnx");
    private static final Path BERT = LocalSpark.testData("text/bert.onnx");
    private static final int TEXTS = 400;
    private static final int ROWS = 2000;
    private static final int PARTITIONS = 40;
    private static final int BEFORE_THE_KILL = 8;

    private SparkSession spark;

    @AfterEach
    void stop() {
        if (spark != null) {
            spark.stop();
        }
    }

    @Test
    void everyRowIsScoredOnceThoughAWorkerDies(@TempDir Path folder) throws Exception {
        try (StandaloneCluster cluster = new StandaloneCluster(folder, 2)) {
            spark = session(cluster, 2);
            Tasks tasks = new Tasks(cluster);
            spark.sparkContext().addSparkListener(tasks);
            Path output = folder.resolve("scored");

            new HamModel()
                    .setModel(COLORS.toString())
                    .setBatchSize(16)
                    .transform(rows())
                    .drop("content")
                    .write()
                    .parquet(output.toString());

            assertThat(tasks.killed).as("a worker was killed").isEqualTo(1);
            assertThat(tasks.executors).as("executors that finished tasks").hasSizeGreaterThanOrEqualTo(2);
            assertThat(tasks.lost.get()).as("tasks that were lost on the way").isPositive();
            List<Row> written =
                    spark.read().parquet(output.toString()).orderBy("id").collectAsList();
            assertThat(written)
                    .extracting(row -> row.getInt(0))
                    .isEqualTo(IntStream.range(0, ROWS).boxed().toList());
            try (Classifier classifier = Classifier.open(COLORS, new SessionSettings(1))) {
                for (Row row : written) {
                    String expected = classifier
                            .classify(ImageDecoder.decode(image(row.getInt(0)), "image"), 1)
                            .get(0)
                            .label();
                    assertThat(row.getList(row.fieldIndex("labels"))).isEqualTo(List.of(expected));
                }
            }
            System.out.println("cluster: " + ROWS + " rows in " + PARTITIONS + " tasks on 2 workers, one killed after "
                    + BEFORE_THE_KILL + " tasks: " + tasks.lost + " task(s) lost and run again, "
                    + written.size() + " rows written, each once; executors " + tasks.executors);
        }
    }

    /** Tokenizers and their native libraries are no part of a cluster: they come to the executor with ham. */
    @Test
    void textsAreSplitByTheExecutor(@TempDir Path folder) throws Exception {
        try (StandaloneCluster cluster = new StandaloneCluster(folder, 1)) {
            spark = session(cluster, 1);
            List<Row> texts = new ArrayList<>();
            for (int id = 0; id < TEXTS; id++) {
                texts.add(RowFactory.create(id, text(id)));
            }
            StructType schema =
                    new StructType().add("id", DataTypes.IntegerType, false).add("text", DataTypes.StringType);
            List<Row> scored = new HamModel()
                    .setModel(BERT.toString())
                    .setInputCol("text")
                    .setTopK(7)
                    .transform(spark.createDataFrame(texts, schema).repartition(4))
                    .orderBy("id")
                    .collectAsList();
            assertThat(scored).hasSize(TEXTS);
            try (TextClassifier classifier = TextClassifier.open(BERT, new SessionSettings(1))) {
                for (Row row : scored) {
                    if (row.isNullAt(1)) {
                        assertThat(row.<String>getAs("error")).isEqualTo("Expected a text, found null.");
                        continue;
                    }
                    List<Prediction> expected =
                            classifier.classify(List.of(row.getString(1)), 7).get(0);
                    List<Float> found = row.getList(row.fieldIndex("probabilities"));
                    for (int i = 0; i < expected.size(); i++) {
                        assertThat(found.get(i))
                                .isCloseTo((float) expected.get(i).probability(), within(1e-6f));
                    }
                }
            }
            System.out.println("cluster: " + scored.size() + " texts split and classified on a worker");
        }
    }

    private static String text(int id) {
        return id % 50 == 7 ? null : ("w" + id % 80 + " ").repeat(1 + id % 9) + "w" + id % 13;
    }

    private static byte[] image(int id) {
        return LocalSpark.png(2 + id % 3, id * 0x02f3d1);
    }

    /** Every row takes its time, so that there is a middle in which to kill. */
    private Dataset<Row> rows() {
        StructType schema =
                new StructType().add("id", DataTypes.IntegerType, false).add("content", DataTypes.BinaryType, false);
        List<Row> rows = new ArrayList<>();
        for (int id = 0; id < ROWS; id++) {
            rows.add(RowFactory.create(id, image(id)));
        }
        return spark.createDataFrame(rows, schema)
                .repartition(PARTITIONS)
                .map(
                        (MapFunction<Row, Row>) row -> {
                            Thread.sleep(4);
                            return row;
                        },
                        Encoders.row(schema));
    }

    /** Begins when all workers' cores are there, one each. */
    private static SparkSession session(StandaloneCluster cluster, int workers) {
        SparkSession.getActiveSession().foreach(each -> {
            each.stop();
            return null;
        });
        return SparkSession.builder()
                .master(cluster.master())
                .appName("cluster")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.memory", "600m")
                .config("spark.executor.extraClassPath", StandaloneCluster.ours())
                .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
                .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "90s")
                .config("spark.cores.max", workers)
                .getOrCreate();
    }

    /** Counts tasks, and kills a worker when some are done. */
    private static final class Tasks extends SparkListener {
        final AtomicInteger lost = new AtomicInteger();
        final Set<String> executors = ConcurrentHashMap.newKeySet();
        private final AtomicInteger done = new AtomicInteger();
        private final StandaloneCluster cluster;
        private volatile int killed;

        Tasks(StandaloneCluster cluster) {
            this.cluster = cluster;
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            if (!end.taskInfo().successful()) {
                lost.incrementAndGet();
                return;
            }
            executors.add(end.taskInfo().executorId());
            if (end.stageId() > 0 && done.incrementAndGet() == BEFORE_THE_KILL) {
                cluster.kill(1);
                killed = 1;
            }
        }
    }
}
