package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.merge.join.HamParameters;
import ham.train.config.RunConfig;
import ham.train.learn.LearningMethod;
import ham.train.record.RunRecord;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedRunTest {
    @TempDir
    private Path temp;

    private RunFolder folder;

    @BeforeEach
    void record() {
        TinyRun.prepare(temp);
        folder = RunFolder.open(temp.resolve("run"), false, false);
        writeOrCheck(TinyRun.config(temp, HeadKind.ANALYTIC, 1));
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private List<String> writeOrCheck(RunConfig config) {
        return writeOrCheck(config, 1);
    }

    private List<String> writeOrCheck(RunConfig config, int threads) {
        return RecordedRun.writeOrCheck(
                folder,
                RunInputs.open(config),
                Map.of("ham", "test", RunRecord.THREADS, String.valueOf(threads)),
                List.of("ham", "train", "a folder"));
    }

    private void assertRefused(RunConfig config, String... parts) {
        assertThatThrownBy(() -> writeOrCheck(config))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining("start over (force)");
    }

    @Test
    void saysWhatMadeTheRun() {
        ObjectNode json = JsonFiles.read(folder.path(RunFolder.RECORD), "a record");
        assertThat(json.path("configuration").path("keep").asText()).isEqualTo("0.6");
        assertThat(json.path("configuration").path("targets").toString()).isEqualTo("[\"query\",\"value\"]");
        assertThat(json.path("base_sha256").asText())
                .isEqualTo(TinyRun.base(temp).sha256());
        assertThat(json.path("data_sha256").asText()).hasSize(64);
        assertThat(json.path("class_order")).hasSize(2 * TinyRun.TASKS);
        assertThat(json.path("tasks")).hasSize(TinyRun.TASKS);
        assertThat(json.path("command").path(2).asText()).isEqualTo("a folder");
        assertThat(json.path("environment").path("ham").asText()).isEqualTo("test");
    }

    @Test
    void theSameOptionsGoOnWhereverTheyRun() throws IOException {
        byte[] before = Files.readAllBytes(folder.path(RunFolder.RECORD));
        RunConfig config = TinyRun.config(temp, HeadKind.ANALYTIC, 1);
        HamParameters ham = config.learning().merging().ham();
        HamParameters sameHam =
                new HamParameters(new BigDecimal("0.60"), ham.tau(), ham.maxGroups(), ham.join(), ham.combine());
        Path moved = Files.move(temp.resolve("data"), temp.resolve("moved"));
        writeOrCheck(config.toBuilder()
                .setData(moved)
                .optLearning(config.learning().with(sameHam))
                .optDevice("auto")
                .optThreads(2)
                .build());
        assertThat(folder.path(RunFolder.RECORD)).hasBinaryContent(before);
    }

    /** What {@code auto} takes on another machine is another arithmetic, also where the run is finished. */
    @Test
    void anotherArithmeticIsRefused() {
        RunConfig config = TinyRun.config(temp, HeadKind.ANALYTIC, 1);
        Path out = temp.resolve("finished");
        Map<String, String> here = Map.of(RunRecord.PRECISION, "fp32");
        FinishedRun.of(config, out, here, List.of(), new TinyRun.Recorder(-1));
        assertThat(FinishedRun.of(config, out, here, List.of(), new TinyRun.Recorder(-1))
                        .folder())
                .isEqualTo(out);
        assertThatThrownBy(() -> FinishedRun.of(
                        config, out, Map.of(RunRecord.PRECISION, "bf16"), List.of(), new TinyRun.Recorder(-1)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("begun in fp32", "takes bf16");
    }

    /** Bits hold for a number of threads only; that is told, and no reason to stop. */
    @Test
    void anotherNumberOfThreadsIsTold() {
        RunConfig config = TinyRun.config(temp, HeadKind.ANALYTIC, 1);
        assertThat(writeOrCheck(config)).isEmpty();
        assertThat(writeOrCheck(config.toBuilder().optThreads(2).build(), 2))
                .singleElement()
                .asString()
                .contains("begun with threads 1", "goes on with 2", "last bits", "threads 1");
    }

    @Test
    void anotherOptionIsNamed() {
        assertRefused(TinyRun.config(temp, HeadKind.ANALYTIC, 2), "epochs", "expected 1", "found 2");
        assertRefused(TinyRun.config(temp, HeadKind.LINEAR, 1), "head", "analytic", "linear");
        assertRefused(TinyRun.config(temp, LearningMethod.CAT_PRUNED), "method", "ham", "cat-pruned");
    }

    @Test
    void otherBlocksAreNamed() {
        RunConfig config = TinyRun.config(temp, HeadKind.ANALYTIC, 1);
        assertRefused(config.toBuilder().optBlocks(List.of(1)).build(), "blocks", "expected \"all\"", "found [1]");
    }

    @Test
    void otherDataOrAnotherBaseIsNamed() throws IOException {
        RunConfig config = TinyRun.config(temp, HeadKind.ANALYTIC, 1);
        Path image = temp.resolve("data/test/class0/0.png");
        byte[] bytes = Files.readAllBytes(image);
        Files.copy(temp.resolve("data/test/class0/1.png"), temp.resolve("data/test/class0/9.png"));
        assertRefused(config, "another data");
        Files.delete(temp.resolve("data/test/class0/9.png"));
        Files.write(image, Files.readAllBytes(temp.resolve("data/test/class1/0.png")));
        assertRefused(config, "another data");
        Files.write(image, bytes);
        assertThatCode(() -> writeOrCheck(config)).doesNotThrowAnyException();

        Path weights = temp.resolve("base/model.safetensors");
        byte[] model = Files.readAllBytes(weights);
        model[model.length - 2] ^= 1;
        Files.write(weights, model);
        assertRefused(config, "another base");
    }

    /** A parameter that may be left out is compared also where it is no longer given. */
    @Test
    void anotherPreprocessingIsNamed() throws IOException {
        RunConfig config = TinyRun.config(temp, HeadKind.ANALYTIC, 1);
        RunConfig half = config.toBuilder().optPreprocessing("half").build();
        assertRefused(half, "preprocessing", "expected null", "found \"half\"");
        Files.delete(folder.path(RunFolder.RECORD));
        writeOrCheck(half);
        assertRefused(config, "preprocessing", "expected \"half\"", "found null");
    }

    /** What a file says of it counts, and not its name. */
    @Test
    void imagesThatAreToBePreparedInAnotherWayAreRefused() throws IOException {
        Files.writeString(
                temp.resolve("base/preprocessor_config.json"),
                """
                {"image_processor_type": "ViTImageProcessor", "size": {"height": 8, "width": 8}, "image_mean": [0.1, 0.1, 0.1]}
                """);
        assertRefused(TinyRun.config(temp, HeadKind.ANALYTIC, 1), "prepared images in another way", "[0.5,0.5,0.5]");
    }

    @Test
    void anOptionThatCameLaterHadItsDefault() throws IOException {
        Path file = folder.path(RunFolder.RECORD);
        ObjectNode record = JsonFiles.read(file, "the record of a run");
        ((ObjectNode) record.path("configuration")).remove(List.of("blocks", "replay", "replay-hold"));
        Files.delete(file);
        JsonFiles.write(file, record);
        RunConfig config = TinyRun.config(temp, HeadKind.ANALYTIC, 1);
        assertThatCode(() -> writeOrCheck(config)).doesNotThrowAnyException();
        assertRefused(config.toBuilder().optReplayHold(0.5).build(), "replay-hold", "0.5");
    }
}
