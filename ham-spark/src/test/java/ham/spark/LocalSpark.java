package ham.spark;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Spark in this JVM, and rows for it. */
public final class LocalSpark {
    private LocalSpark() {}

    /** The session of all tests of one JVM. */
    public static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .appName("test")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", 2)
                .config(
                        "spark.sql.warehouse.dir",
                        Path.of("target", "warehouse").toUri().toString())
                .getOrCreate();
    }

    public static Path testData(String name) {
        return Path.of(System.getProperty("ham.testdata", "../testdata")).resolve(name);
    }

    /** A PNG of one color. */
    public static byte[] png(int side, int rgb) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < side * side; i++) {
            image.setRGB(i % side, i / side, rgb);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Rows (id, content) in partitions. */
    static Dataset<Row> rows(DataType type, int partitions, List<?> contents) {
        StructType schema =
                new StructType().add("id", DataTypes.IntegerType, false).add("content", type);
        List<Row> rows = new java.util.ArrayList<>();
        for (Object each : contents) {
            rows.add(RowFactory.create(rows.size(), each));
        }
        return session()
                .createDataFrame(rows, schema)
                .repartitionByRange(partitions, org.apache.spark.sql.functions.col("id"));
    }
}
