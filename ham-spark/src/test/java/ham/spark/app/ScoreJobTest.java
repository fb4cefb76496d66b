package ham.spark.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.runtime.ModelException;
import ham.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreJobTest {
    private static final String BERT = LocalSpark.testData("text/bert.onnx").toString();
    private static final String COLORS = LocalSpark.testData("onnx/colors.onnx").toString();

    @TempDir
    private Path folder;

    private final SparkSession spark = LocalSpark.session();

    private ScoreRequest request(Path input, String output, boolean all, boolean force) {
        return request(COLORS, input, output, null, all, force);
    }

    private ScoreRequest request(String model, Path input, String output, String column, boolean all, boolean force) {
        return new ScoreRequest(
                null,
                model,
                input.toString(),
                folder.resolve(output).toString(),
                column,
                2,
                0,
                0,
                all,
                false,
                force,
                false);
    }

    private Path images() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images/sub"));
        Files.write(images.resolve("green.png"), LocalSpark.png(4, 0x00ff00));
        Files.write(images.resolveSibling("red.PNG"), LocalSpark.png(4, 0xff0000));
        Files.write(images.resolveSibling("broken.jpg"), new byte[] {1, 2, 3});
        Files.write(images.resolveSibling("notes.txt"), new byte[] {1});
        return images.getParent();
    }

    @Test
    void aFolderOfImagesBecomesParquet() throws IOException {
        ScoreReport report = new ScoreJob(spark, request(images(), "scored", true, false)).run();
        assertThat(report.rows()).isEqualTo(3);
        assertThat(report.failed()).isEqualTo(1);
        Dataset<Row> scored = spark.read().parquet(folder.resolve("scored").toString());
        assertThat(scored.columns())
                .containsExactly("path", "labels", "probabilities", "prediction", "probability", "error");
        List<Row> rows = scored.orderBy("path").collectAsList();
        assertThat(rows).extracting(row -> row.<Double>getAs("prediction")).containsExactly(null, 0.0, 1.0);
        assertThat(rows.get(1).getList(1)).hasSize(2);
        assertThat(rows.get(1).getList(4)).hasSize(3);
        assertThat(rows.get(0).<String>getAs("error")).contains("expected a PNG");
        assertThat(folder.resolve(".scored.partial")).doesNotExist();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamedAndNothingIsLeft() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        assertThatThrownBy(() -> new ScoreJob(spark, request(images(), "file/scored", false, false)).run())
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(file.resolve("scored") + ": expected an output, but it cannot be written (")
                .hasMessageEndingWith("; free some space, or choose another output.");
        assertThat(file).hasContent("text");
    }

    @Test
    void parquetKeepsItsOtherColumns() throws IOException {
        Path parquet = folder.resolve("rows.parquet");
        spark.read()
                .format("binaryFile")
                .load(images().resolve("*.PNG").toString())
                .selectExpr("7 as id", "content as picture")
                .write()
                .parquet(parquet.toString());
        new ScoreJob(spark, request(parquet, "scored", false, false)).run();
        Row row = spark.read().parquet(folder.resolve("scored").toString()).first();
        assertThat(row.schema().fieldNames()).containsExactly("id", "labels", "probabilities", "prediction", "error");
        assertThat(row.getInt(0)).isEqualTo(7);
    }

    @Test
    void anOutputIsReplacedOnlyWhereThatIsWanted() throws IOException {
        Path images = images();
        new ScoreJob(spark, request(images, "scored", false, false)).run();
        assertThatThrownBy(() -> new ScoreJob(spark, request(images, "scored", false, false)).run())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("exists already");
        assertThat(new ScoreJob(spark, request(images, "scored", false, true))
                        .run()
                        .rows())
                .isEqualTo(3);
    }

    @Test
    void refusesWhatCannotBeScored() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> new ScoreJob(spark, request(empty, "scored", false, false)).run())
                .hasMessageContaining("found none");
        assertThatThrownBy(() -> new ScoreJob(spark, request(folder.resolve("no"), "scored", false, false)).run())
                .hasMessageContaining("found nothing");
        assertThatThrownBy(() -> ScoreRequest.of("{\"model\":\"a\",\"input\":\"b\",\"output\":\"c\",\"modell\":1}"))
                .hasMessageContaining("modell");
        assertThatThrownBy(() -> ScoreRequest.of("{}")).hasMessageContaining("expected what is to be scored in JSON");
    }

    @Test
    void programsRunWaveAfterWaveEachOnce() throws IOException {
        Path log = folder.resolve("all.log");
        List<SweepRequest.Program> first = List.of(program("a", log), program("b", log));
        new SweepJob(spark, new SweepRequest(null, folder.toString(), List.of(first, List.of(program("c", log)))))
                .run();
        assertThat(Files.readAllLines(log)).hasSize(3).endsWith("c").contains("a", "b");
        SweepRequest.Program failing = new SweepRequest.Program("d", List.of("sh", "-c", "exit 3"), log.toString());
        assertThatThrownBy(() ->
                        new SweepJob(spark, new SweepRequest(null, folder.toString(), List.of(List.of(failing)))).run())
                .hasStackTraceContaining("d: ended with exit code 3");
    }

    /** The rows of a table, scored and in the order of a column. */
    private List<Row> texts(String name, String content, String column, String order) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        new ScoreJob(spark, request(BERT, file, name + ".scored", column, false, false)).run();
        return spark.read()
                .parquet(folder.resolve(name + ".scored").toString())
                .orderBy(order)
                .collectAsList();
    }

    /** Probability of the best class, which is another one for every text; -1 where there is none. */
    private static List<Float> probabilities(List<Row> rows) {
        return rows.stream()
                .map(row -> row.isNullAt(row.fieldIndex("probabilities"))
                        ? -1
                        : row.<Float>getList(row.fieldIndex("probabilities")).get(0))
                .toList();
    }

    private static void assertClose(List<Row> rows, List<Float> expected) {
        List<Float> found = probabilities(rows);
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).isCloseTo(expected.get(i), within(1e-6f));
        }
    }

    @Test
    void tablesOfTextsGiveTheSameAnswersHoweverTheyAreWritten() throws IOException {
        List<Row> csv = texts(
                "a.csv", "id,text,note\n1,w1 w2,a\n2,\"w3,\nw4 \"\"w5\"\"\",\"b\nc\"\n3,,d\n4,w7\n", "text", "id");
        assertThat(csv.get(0).schema().fieldNames())
                .containsExactly("id", "text", "note", "labels", "probabilities", "prediction", "error");
        assertThat(csv)
                .extracting(row -> row.<String>getAs("text"))
                .containsExactly("w1 w2", "w3,\nw4 \"w5\"", null, "w7");
        assertThat(csv)
                .extracting(row -> row.<String>getAs("error"))
                .containsExactly(null, null, "Expected a text, found null.", null);
        List<Row> tsv = texts("a.tsv", "id\ttext\n1\tw1 w2\n2\t\"w3,\nw4 \"\"w5\"\"\"\n3\t\n4\tw7\n", "text", "id");
        List<Row> lines = texts(
                "a.jsonl",
                "{\"id\":1,\"text\":\"w1 w2\"}\n{\"id\":2,\"text\":\"w3,\\nw4 \\\"w5\\\"\"}\n{\"id\":3}\n{\"id\":4,\"text\":\"w7\"}\n",
                null,
                "id");
        List<Row> json = texts(
                "a.json",
                "[{\"id\":1,\"text\":\"w1 w2\"},\n{\"id\":2,\"text\":\"w3,\\nw4 \\\"w5\\\"\"},{\"id\":3},{\"id\":4,\"text\":\"w7\"}]",
                null,
                "id");
        List<Float> expected = probabilities(csv);
        assertThat(expected).doesNotHaveDuplicates().hasSize(4);
        assertClose(tsv, expected);
        assertClose(lines, expected);
        assertClose(json, expected);
        List<Row> plain = texts("a.txt", "w1 w2\nw7\n", null, "text");
        assertClose(plain, List.of(expected.get(0), expected.get(3)));
    }

    @Test
    void aTableOfImagesMayHaveTextsBesideThem() throws IOException {
        Path parquet = folder.resolve("rows.parquet");
        spark.read()
                .format("binaryFile")
                .load(images().resolve("*.PNG").toString())
                .selectExpr("path", "content")
                .write()
                .parquet(parquet.toString());
        assertThat(new ScoreJob(spark, request(parquet, "scored", false, false))
                        .run()
                        .failed())
                .isZero();
    }

    @Test
    void aColumnMustBeOne() throws IOException {
        Path file = Files.writeString(folder.resolve("a.csv"), "text,label\nw1,w2\n");
        assertThatThrownBy(() -> new ScoreJob(spark, request(BERT, file, "scored", null, false, false)).run())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("found [text, label] among [text, label]");
        assertThatThrownBy(() -> new ScoreJob(spark, request(BERT, file, "scored", "texts", false, false)).run())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("expected one of the columns [text, label], found texts");
    }

    private static SweepRequest.Program program(String name, Path log) {
        return new SweepRequest.Program(name, List.of("sh", "-c", "echo " + name), log.toString());
    }
}
