package ham.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ham.spark.HamModel;
import ham.spark.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images a second with one and with two workers, and the memory of an executor. Not one of the tests: {@code ./mvnw -pl ham-spark -am test
 * -Dtest=ScalingRun -Dsurefire.failIfNoSpecifiedTests=false}; {@code -Dham.model} names another model than that of the test data, {@code -Dham.images} how many images.
 */
class ScalingRun {
    private static final int IMAGES = Integer.getInteger("ham.images", 2000);
    private static final int SIDE = 224;
    private static final int TURNS = 5;
    /** These open the model and let the executors' JVMs compile. */
    private static final int WARM_UP = 3;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void measure(@TempDir Path folder) throws Exception {
        String model = System.getProperty(
                "ham.model", LocalSpark.testData("onnx/colors.onnx").toString());
        try (StandaloneCluster cluster = new StandaloneCluster(folder, 2)) {
            Path images = folder.resolve("images");
            for (int workers : new int[] {1, 2}) {
                SparkSession spark = session(cluster, workers);
                try {
                    if (!Files.exists(images)) {
                        write(spark, images);
                    }
                    measure(spark, cluster, model, images, workers);
                } finally {
                    spark.stop();
                }
            }
        }
    }

    private static void measure(SparkSession spark, StandaloneCluster cluster, String model, Path images, int workers)
            throws IOException {
        List<Double> rates = new ArrayList<>();
        for (int turn = 0; turn < WARM_UP + TURNS; turn++) {
            long begin = System.nanoTime();
            Dataset<Row> answers =
                    new HamModel().setModel(model).transform(spark.read().parquet(images.toString()));
            answers.drop("content").write().format("noop").mode("overwrite").save();
            if (turn >= WARM_UP) {
                rates.add(IMAGES / ((System.nanoTime() - begin) / 1e9));
            }
        }
        rates.sort(null);
        assertThat(spark.sparkContext().master()).isEqualTo(cluster.master());
        assertThat(cluster.executors()).hasSize(workers);
        List<String> memory = new ArrayList<>();
        for (ProcessHandle executor : cluster.executors()) {
            for (String line : Files.readAllLines(Path.of("/proc/" + executor.pid() + "/status"))) {
                if (line.startsWith("VmHWM")) {
                    memory.add(line.replaceAll("\\D", "") + " kB");
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "scaling: %s, %d JPEG images of %dx%d, %d worker(s) of one core: %.0f images/s (%.0f to %.0f in %d turns),"
                        + " resident memory at most %s%n",
                Path.of(model).getFileName(),
                IMAGES,
                SIDE,
                SIDE,
                workers,
                rates.get(TURNS / 2),
                rates.get(0),
                rates.get(TURNS - 1),
                TURNS,
                memory);
    }

    private static void write(SparkSession spark, Path folder) throws IOException {
        Random random = new Random(1);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            var image = new java.awt.image.BufferedImage(SIDE, SIDE, java.awt.image.BufferedImage.TYPE_INT_RGB);
            for (int block = 0; block < 196; block++) {
                int color = random.nextInt(1 << 24);
                for (int pixel = 0; pixel < 256; pixel++) {
                    image.setRGB(block % 14 * 16 + pixel % 16, block / 14 * 16 + pixel / 16, color);
                }
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(image, "jpg", bytes);
            rows.add(RowFactory.create(i, bytes.toByteArray()));
        }
        StructType schema = new StructType().add("id", DataTypes.IntegerType).add("content", DataTypes.BinaryType);
        spark.createDataFrame(rows, schema).repartition(16).write().parquet(folder.toString());
    }

    private static SparkSession session(StandaloneCluster cluster, int workers) {
        return SparkSession.builder()
                .master(cluster.master())
                .appName("scaling")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.memory", "600m")
                .config("spark.executor.extraClassPath", StandaloneCluster.ours())
                .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
                .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "90s")
                .config("spark.sql.files.openCostInBytes", "1")
                .config("spark.sql.files.minPartitionNum", "8")
                .config("spark.cores.max", Integer.toString(workers))
                .getOrCreate();
    }
}
