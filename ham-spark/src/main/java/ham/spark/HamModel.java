package ham.spark;

import ham.runtime.ModelException;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.Optimization;
import ham.runtime.model.SessionSettings;
import ham.spark.score.AnswerColumns;
import ham.spark.score.InputKind;
import ham.spark.score.PartitionScorer;
import ham.spark.score.ScoreSettings;
import ham.spark.ship.ModelFiles;
import ham.spark.ship.ShippedModel;
import ham.spark.ship.Shipping;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * An ONNX model that ham wrote, or any of one float32 input, as a transformer of Spark ML. It adds columns of answers ({@link AnswerColumns}) to images,
 * texts or tensors ({@link InputKind}); a row that cannot be scored keeps its place and says why in the column of errors.
 *
 * <p>The model's file goes to every executor once, where one session serves all tasks. Saved with Spark ML's writer, a pipeline takes the file along.
 */
public final class HamModel extends Transformer implements MLWritable {
    private static final long serialVersionUID = 1L;
    private static final int USUAL_BATCH = 32;

    private final String uid;
    private final Param<String> model;
    private final Param<String> inputCol;
    private final Param<String> labelsCol;
    private final Param<String> probabilitiesCol;
    private final Param<String> predictionCol;
    private final Param<String> probabilityCol;
    private final Param<String> featuresCol;
    private final Param<String> errorCol;
    private final Param<String> featuresOutput;
    private final IntParam topK;
    private final IntParam batchSize;
    private final IntParam threads;

    /** A transformer of a new name. */
    public HamModel() {
        this(Identifiable$.MODULE$.randomUID("hamModel"));
    }

    /** A transformer of a given name, as Spark ML's reader makes it. */
    public HamModel(String uid) {
        this.uid = uid;
        model = text("model", "the ONNX file: a path, or what Hadoop can read");
        inputCol = text(
                "inputCol",
                "images (binary, or of Spark's image source), texts (string) or tensors (array of float, vector)");
        labelsCol = text("labelsCol", "the most probable labels, best first; empty for none");
        probabilitiesCol = text("probabilitiesCol", "their probabilities; empty for none");
        predictionCol = text("predictionCol", "number of the most probable class; empty for none");
        probabilityCol = text("probabilityCol", "vector of the probabilities of all classes; empty for none");
        featuresCol = text("featuresCol", "vector of features; empty for none");
        errorCol = text("errorCol", "why a row has no answer; empty to fail instead");
        featuresOutput = text("featuresOutput", "the model's output that is features; empty to find it");
        topK = number("topK", "how many labels a row gets", 1);
        batchSize = number("batchSize", "most rows of one run", 1);
        threads = number("threads", "threads of one run; 0 for the cores of a task", 0);
        setDefault(inputCol, "content");
        setDefault(labelsCol, "labels");
        setDefault(probabilitiesCol, "probabilities");
        setDefault(predictionCol, "prediction");
        setDefault(probabilityCol, "");
        setDefault(featuresCol, "");
        setDefault(errorCol, "error");
        setDefault(featuresOutput, "");
        setDefault(topK, 1);
        setDefault(batchSize, USUAL_BATCH);
        setDefault(threads, 0);
    }

    private Param<String> text(String name, String doc) {
        return new Param<>(this, name, doc);
    }

    private IntParam number(String name, String doc, int least) {
        return new IntParam(this, name, doc, ParamValidators.gtEq(least));
    }

    /** Reads what {@link #write} wrote; Spark ML calls it for a stage of a pipeline. */
    public static MLReader<HamModel> read() {
        return new HamModelReader();
    }

    /** The same from a path. */
    public static HamModel load(String path) {
        return read().load(path);
    }

    @Override
    public MLWriter write() {
        return new HamModelWriter(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public HamModel copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    /**
     * {@inheritDoc}
     *
     * @throws ModelException when a parameter does not fit the columns
     */
    @Override
    public StructType transformSchema(StructType schema) {
        kind(schema);
        return columns().appendedTo(schema);
    }

    /**
     * Opens the model once to see that it fits, gives it to the executors, and plans the scoring. Nothing is scored before the answers are taken.
     *
     * @throws ModelException when the model cannot be opened or does not give what is wanted
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        Path file = file(dataset);
        InputKind kind = kind(dataset.schema());
        int input = dataset.schema().fieldIndex(getOrDefault(inputCol));
        check(file, settings(new ShippedModel("", file.toString(), List.of()), input, kind));
        ShippedModel shipped = Shipping.ship(file, dataset.sparkSession().sparkContext());
        return dataset.toDF().mapPartitions(new PartitionScorer(settings(shipped, input, kind)), Encoders.row(schema));
    }

    /** The model as a file of this machine. */
    private Path file(Dataset<?> dataset) {
        return ModelFiles.local(
                location(), dataset.sparkSession().sparkContext().hadoopConfiguration());
    }

    /** Where the model is. */
    String location() {
        if (!isSet(model)) {
            throw new ModelException("model: expected the path of an ONNX file, found none.");
        }
        return getOrDefault(model);
    }

    private static void check(Path file, ScoreSettings settings) {
        try (OnnxModel opened = OnnxModel.open(file, new SessionSettings(1).optimized(Optimization.NONE))) {
            PartitionScorer.check(opened, settings);
        }
    }

    private ScoreSettings settings(ShippedModel shipped, int input, InputKind kind) {
        return new ScoreSettings(
                shipped,
                input,
                kind,
                columns(),
                getOrDefault(featuresOutput),
                (Integer) getOrDefault(topK),
                (Integer) getOrDefault(batchSize),
                (Integer) getOrDefault(threads));
    }

    private InputKind kind(StructType schema) {
        String column = getOrDefault(inputCol);
        if (!Arrays.asList(schema.fieldNames()).contains(column)) {
            throw new ModelException("inputCol: expected one of the columns " + Arrays.toString(schema.fieldNames())
                    + ", found " + column + ".");
        }
        return InputKind.of(column, schema.apply(column).dataType());
    }

    private AnswerColumns columns() {
        return new AnswerColumns(
                getOrDefault(labelsCol),
                getOrDefault(probabilitiesCol),
                getOrDefault(predictionCol),
                getOrDefault(probabilityCol),
                getOrDefault(featuresCol),
                getOrDefault(errorCol));
    }

    private HamModel with(Param<String> param, String value) {
        set(param, value);
        return this;
    }

    private HamModel with(IntParam param, int value) {
        set(param, (Object) value);
        return this;
    }

    /** The ONNX file. */
    public HamModel setModel(String value) {
        return with(model, value);
    }

    /** The column of inputs; {@code content} as Spark's source of binary files calls it where it is not set. */
    public HamModel setInputCol(String value) {
        return with(inputCol, value);
    }

    /** See {@link AnswerColumns#labels}. */
    public HamModel setLabelsCol(String value) {
        return with(labelsCol, value);
    }

    /** See {@link AnswerColumns#probabilities}. */
    public HamModel setProbabilitiesCol(String value) {
        return with(probabilitiesCol, value);
    }

    /** See {@link AnswerColumns#prediction}. */
    public HamModel setPredictionCol(String value) {
        return with(predictionCol, value);
    }

    /** See {@link AnswerColumns#probability}; not made where it is not set. */
    public HamModel setProbabilityCol(String value) {
        return with(probabilityCol, value);
    }

    /** See {@link AnswerColumns#features}; not made where it is not set. */
    public HamModel setFeaturesCol(String value) {
        return with(featuresCol, value);
    }

    /** See {@link AnswerColumns#error}; empty to let the job fail at the first bad row. */
    public HamModel setErrorCol(String value) {
        return with(errorCol, value);
    }

    /** The output that is features, where it is not called so. */
    public HamModel setFeaturesOutput(String value) {
        return with(featuresOutput, value);
    }

    /** How many labels a row gets, at least 1; 1 where it is not set. */
    public HamModel setTopK(int value) {
        return with(topK, value);
    }

    /** Most rows of one run, at least 1; {@value #USUAL_BATCH} where it is not set. */
    public HamModel setBatchSize(int value) {
        return with(batchSize, value);
    }

    /** Threads of one run; 0, which is what it is where it is not set, for as many as a task has cores. */
    public HamModel setThreads(int value) {
        return with(threads, value);
    }

    /** Parameter of {@link #setModel}. */
    public Param<String> model() {
        return model;
    }

    /** Parameter of {@link #setInputCol}. */
    public Param<String> inputCol() {
        return inputCol;
    }

    /** Parameter of {@link #setLabelsCol}. */
    public Param<String> labelsCol() {
        return labelsCol;
    }

    /** Parameter of {@link #setProbabilitiesCol}. */
    public Param<String> probabilitiesCol() {
        return probabilitiesCol;
    }

    /** Parameter of {@link #setPredictionCol}. */
    public Param<String> predictionCol() {
        return predictionCol;
    }

    /** Parameter of {@link #setProbabilityCol}. */
    public Param<String> probabilityCol() {
        return probabilityCol;
    }

    /** Parameter of {@link #setFeaturesCol}. */
    public Param<String> featuresCol() {
        return featuresCol;
    }

    /** Parameter of {@link #setErrorCol}. */
    public Param<String> errorCol() {
        return errorCol;
    }

    /** Parameter of {@link #setFeaturesOutput}. */
    public Param<String> featuresOutput() {
        return featuresOutput;
    }

    /** Parameter of {@link #setTopK}. */
    public IntParam topK() {
        return topK;
    }

    /** Parameter of {@link #setBatchSize}. */
    public IntParam batchSize() {
        return batchSize;
    }

    /** Parameter of {@link #setThreads}. */
    public IntParam threads() {
        return threads;
    }
}
