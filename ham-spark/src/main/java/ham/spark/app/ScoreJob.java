package ham.spark.app;

import ham.common.HamException;
import ham.runtime.ModelException;
import ham.spark.HamModel;
import ham.spark.score.InputKind;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Scores a folder of images or of parquet into a folder of parquet, which appears when all rows are in it. */
public final class ScoreJob {
    private static final String IMAGES = "*.{png,PNG,jpg,JPG,jpeg,JPEG,gif,GIF,bmp,BMP,tif,TIF,tiff,TIFF,ppm,PPM}";
    /** So that small files do not make a task of every few of them. */
    private static final long BYTES_TO_OPEN_A_FILE = 256 << 10;

    private static final String CONTENT = "content";
    private static final String FEATURES = "features";
    private static final String PROBABILITY = "probability";

    private final SparkSession spark;
    private final ScoreRequest request;

    /** A job in a session. */
    public ScoreJob(SparkSession spark, ScoreRequest request) {
        this.spark = spark;
        this.request = request;
    }

    /**
     * Scores.
     *
     * @throws ModelException when input, model or output cannot be used
     */
    public ScoreReport run() {
        long begin = System.nanoTime();
        Path output = new Path(request.output());
        Path partial = new Path(output.getParent(), "." + output.getName() + ".partial");
        try {
            FileSystem system = output.getFileSystem(spark.sparkContext().hadoopConfiguration());
            if (system.exists(output) && !request.force()) {
                throw new ModelException(output + ": exists already; choose another output or replace it.");
            }
            write(system, partial, output);
            system.delete(output, true);
            if (!system.rename(partial, output)) {
                throw new ModelException(output + ": expected to give the finished output its name, but that fails.");
            }
        } catch (IOException e) {
            throw unwritable(output, e);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        Dataset<Row> written = spark.read().parquet(output.toString());
        return new ScoreReport(
                written.count(),
                written.where(functions.col("error").isNotNull()).count(),
                seconds);
    }

    /** Writes the answers; what is unfinished when that fails is removed. */
    private void write(FileSystem system, Path partial, Path output) throws IOException {
        Dataset<Row> answers = answers();
        boolean whole = false;
        try {
            if (!system.mkdirs(partial)) {
                throw new IOException("no folder can be made in " + output.getParent());
            }
            answers.write().mode("overwrite").parquet(partial.toString());
            whole = true;
        } catch (Exception e) {
            // Spark wraps what a disk says into exceptions of its own, which Java does not know to be thrown.
            List<Throwable> chain = chain(e);
            if (chain.stream().noneMatch(HamException.class::isInstance)) {
                Optional<Throwable> disk =
                        chain.stream().filter(IOException.class::isInstance).reduce((outer, inner) -> inner);
                if (disk.isPresent()) {
                    throw unwritable(output, disk.get());
                }
            }
            throw e;
        } finally {
            if (!whole) {
                system.delete(partial, true);
            }
        }
    }

    private static List<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).toList();
    }

    private static ModelException unwritable(Path output, Throwable cause) {
        return new ModelException(
                output + ": expected an output, but it cannot be written (" + cause.getMessage()
                        + "); free some space, or choose another output.",
                cause);
    }

    /** The columns of the input but that of the images, and the answers. */
    private Dataset<Row> answers() throws IOException {
        Dataset<Row> input = input();
        String column = column(input.schema());
        HamModel model = new HamModel()
                .setModel(request.model())
                .setInputCol(column)
                .setTopK(request.topK())
                .setBatchSize(request.batchSize())
                .setThreads(request.threads())
                .setProbabilityCol(request.all() ? PROBABILITY : "")
                .setFeaturesCol(request.features() ? FEATURES : "");
        Dataset<Row> answers = model.transform(input).drop(column);
        for (String vector : List.of(PROBABILITY, FEATURES)) {
            if (vector.equals(PROBABILITY) ? request.all() : request.features()) {
                Column values = functions.col(vector);
                answers = answers.withColumn(
                        vector,
                        functions.when(
                                values.isNotNull(), org.apache.spark.ml.functions.vector_to_array(values, "float32")));
            }
        }
        return answers;
    }

    private Dataset<Row> input() throws IOException {
        Path input = new Path(request.input());
        FileSystem system = input.getFileSystem(spark.sparkContext().hadoopConfiguration());
        if (!system.exists(input)) {
            throw new ModelException(input + ": expected images or parquet, found nothing.");
        }
        if (isParquet(system, input)) {
            return spark.read().parquet(input.toString());
        }
        spark.conf().set("spark.sql.files.openCostInBytes", BYTES_TO_OPEN_A_FILE);
        Dataset<Row> images = spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", true)
                .option("pathGlobFilter", IMAGES)
                .load(input.toString())
                .select("path", CONTENT);
        if (images.inputFiles().length == 0) {
            throw new ModelException(
                    input + ": expected PNG, JPEG, GIF, BMP, TIFF or PPM images or parquet, found none.");
        }
        return images;
    }

    private static boolean isParquet(FileSystem system, Path input) throws IOException {
        if (input.getName().endsWith(".parquet")) {
            return true;
        }
        for (FileStatus each : system.listStatus(input)) {
            if (each.getPath().getName().endsWith(".parquet")
                    || each.getPath().getName().contains("=")) {
                return true;
            }
        }
        return false;
    }

    private String column(StructType schema) {
        if (request.column() != null) {
            return request.column();
        }
        List<String> candidates = Arrays.stream(schema.fields())
                .filter(ScoreJob::canBeScored)
                .map(StructField::name)
                .toList();
        if (candidates.size() != 1) {
            throw new ModelException("column: expected one column of images or tensors, found " + candidates + " among "
                    + Arrays.toString(schema.fieldNames()) + "; name the one that is meant.");
        }
        return candidates.get(0);
    }

    private static boolean canBeScored(StructField field) {
        try {
            InputKind unused = InputKind.of(field.name(), field.dataType());
            return true;
        } catch (ModelException e) {
            return false;
        }
    }
}
