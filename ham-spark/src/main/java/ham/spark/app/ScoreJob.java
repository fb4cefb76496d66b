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
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Scores images, texts, or a column of parquet into a folder of parquet, which appears when all rows are in it. */
public final class ScoreJob {
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

    /** The columns of the input, but not images and tensors, and the answers. */
    private Dataset<Row> answers() throws IOException {
        Dataset<Row> input = new ScoreInput(spark, request.input()).read();
        String column = column(input.schema());
        HamModel model = new HamModel()
                .setModel(request.model())
                .setInputCol(column)
                .setTopK(request.topK())
                .setBatchSize(request.batchSize())
                .setThreads(request.threads())
                .setProbabilityCol(request.all() ? PROBABILITY : "")
                .setFeaturesCol(request.features() ? FEATURES : "");
        Dataset<Row> answers = model.transform(input);
        if (!isText(input.schema().apply(column))) {
            answers = answers.drop(column);
        }
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

    private String column(StructType schema) {
        if (request.column() != null) {
            return request.column();
        }
        List<StructField> candidates =
                Arrays.stream(schema.fields()).filter(ScoreJob::canBeScored).toList();
        // A table of images has texts beside them: paths, labels.
        List<StructField> noTexts =
                candidates.stream().filter(field -> !isText(field)).toList();
        List<String> names = (noTexts.isEmpty() ? candidates : noTexts)
                .stream().map(StructField::name).toList();
        if (names.size() != 1) {
            throw new ModelException("column: expected one column of images, texts or tensors, found " + names
                    + " among " + Arrays.toString(schema.fieldNames()) + "; name the one that is meant.");
        }
        return names.get(0);
    }

    private static boolean isText(StructField field) {
        return field.dataType().equals(DataTypes.StringType);
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
