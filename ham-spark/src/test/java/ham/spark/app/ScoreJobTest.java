package ham.spark.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    private static final String COLORS = LocalSpark.testData("onnx/colors.onnx").toString();

    @TempDir
    private Path folder;

    private final SparkSession spark = LocalSpark.session();

    private ScoreRequest request(Path input, String output, boolean all, boolean force) {
        return new ScoreRequest(
                null,
                COLORS,
                input.toString(),
                folder.resolve(output).toString(),
                null,
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

    private static SweepRequest.Program program(String name, Path log) {
        return new SweepRequest.Program(name, List.of("sh", "-c", "echo " + name), log.toString());
    }
}
