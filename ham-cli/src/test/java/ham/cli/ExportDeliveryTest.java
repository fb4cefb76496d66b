package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms, packages and patches through {@code ham export}. */
class ExportDeliveryTest {
    private static final Path BASE = testdata("hf-vit-tiny");

    @TempDir
    private Path temp;

    private Path merged;

    @BeforeEach
    void merge() {
        merged = temp.resolve("merged");
        List<Object> arguments = new ArrayList<>(List.of("merge", "--out", merged, "--base", BASE));
        arguments.addAll(1, adapters());
        ham(arguments.toArray()).succeeds();
    }

    private static List<Path> adapters() {
        List<Path> folders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            folders.add(testdata("peft-adapters/v4-names/adapter" + i));
        }
        return folders;
    }

    @Test
    void aPatchTurnsTheBareBaseIntoTheMergedModel() {
        Path base = temp.resolve("base.onnx");
        Path model = temp.resolve("model.onnx");
        Path patch = temp.resolve("model.hampatch");
        Path applied = temp.resolve("applied.onnx");
        ham("export", "--base", BASE, "--out", base).succeeds();
        ham("export", "--base", BASE, "--merged", merged, "--out", model, "--patch", patch)
                .failsWith(2, "--from: expected the model that devices have");
        JsonNode json = ham(
                        "export",
                        "--base",
                        BASE,
                        "--merged",
                        merged,
                        "--out",
                        model,
                        "--patch",
                        patch,
                        "--from",
                        base,
                        "--json")
                .succeeds()
                .json();
        assertThat(json.path("patch").path("bytes").asLong())
                .isLessThan(json.path("patch").path("model_bytes").asLong() / 4);
        JsonNode result = ham("export", "--base", base, "--apply", patch, "--out", applied, "--json")
                .succeeds()
                .json();
        assertThat(applied).hasSameBinaryContentAs(model);
        assertThat(result.path("sha256")).isEqualTo(json.path("patch").path("result_sha256"));
        ham("export", "--base", model, "--apply", patch, "--out", temp.resolve("again"))
                .failsWith(1, "already");
        ham("export", "--base", base, "--apply", patch, "--out", applied).failsWith(1, "force");
    }

    /** What a patch is made of is there when it is made. */
    @Test
    void noOutputTakesThePlaceOfAnInputOfThePatch() throws IOException {
        Path live = Files.copy(testdata("onnx-exports/hf-sdpa/ts17.onnx"), temp.resolve("live.onnx"));
        Path patch = temp.resolve("live.hampatch");
        ham("export", "--base", BASE, "--out", live, "--force", "--patch", patch, "--from", live)
                .failsWith(1, "live.onnx", "would be lost");
        assertThat(live).hasSameBinaryContentAs(testdata("onnx-exports/hf-sdpa/ts17.onnx"));
        ham("export", "--base", BASE, "--out", patch, "--patch", patch, "--from", live)
                .failsWith(2, "--patch: expected another file than the model's");
        Path labels = Files.writeString(temp.resolve("labels.txt"), "a\n");
        ham("export", "--base", BASE, "--out", labels, "--force", "--labels", labels)
                .failsWith(1, "labels.txt", "would be lost");
        assertThat(patch).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--head keep",
                "--from x",
                "--from-merged x",
                "--adapters x",
                "--adapters x --package triton",
                "--model-name x",
                "--max-batch 2",
                "--instances 2 --package adapters",
                "--top 3",
                "--precision fp16 --apply x",
                "--merged x --apply x",
                "--patch y --apply x",
                "--threads 2 --apply x"
            })
    void anOptionWithoutEffectIsWrongUsage(String text) {
        List<Object> arguments =
                new ArrayList<>(List.of("export", "--base", BASE, "--out", temp.resolve("x.onnx"), "--no-verify"));
        if (text.contains("--apply")) {
            arguments.remove("--no-verify");
        }
        List<String> typed = List.of(text.split(" ", -1));
        arguments.addAll(typed);
        ham(arguments.toArray()).failsWith(2, typed.get(0) + ": expected");
        assertThat(temp.resolve("x.onnx")).doesNotExist();
    }

    @Test
    void packagesOfTasksComeFromAMergeOrFromAdapters() {
        for (String kind : List.of("adapters", "per-task", "shared")) {
            Path out = temp.resolve(kind);
            JsonNode json = ham(
                            "export",
                            "--base",
                            BASE,
                            "--merged",
                            merged,
                            "--out",
                            out,
                            "--package",
                            kind,
                            "--json",
                            "--no-verify")
                    .succeeds()
                    .json();
            assertThat(json.path("package").asText()).isEqualTo(kind);
            assertThat(json.path("tasks")).hasSize(3);
        }
        Path one = temp.resolve("one");
        assertThat(ham(
                                "export",
                                "--base",
                                BASE,
                                "--out",
                                one,
                                "--package",
                                "adapters",
                                "--adapters",
                                adapters().get(0))
                        .succeeds()
                        .out())
                .contains("1 tasks");
        assertThat(one.resolve("adapter0.onnx_adapter"))
                .hasSameBinaryContentAs(temp.resolve("adapters/adapter0.onnx_adapter"));
        ham(
                        "export",
                        "--base",
                        BASE,
                        "--out",
                        one,
                        "--package",
                        "adapters",
                        "--adapters",
                        adapters().get(0))
                .failsWith(1, "exists already");
        ham("export", "--base", BASE, "--out", temp.resolve("x"), "--package", "per-task")
                .failsWith(2, "--adapters: expected the adapters of the tasks");
        ham(
                        "export",
                        "--base",
                        BASE,
                        "--merged",
                        merged,
                        "--out",
                        temp.resolve("x"),
                        "--package",
                        "shared",
                        "--adapters",
                        adapters().get(0))
                .failsWith(1, "merge.json", "found 1");
        ham(
                        "export",
                        "--base",
                        testdata("onnx-exports/hf-sdpa/ts17.onnx"),
                        "--merged",
                        merged,
                        "--out",
                        temp.resolve("x"),
                        "--package",
                        "adapters")
                .failsWith(2, "--package", "adapters", "checkpoint");
        assertThat(temp.resolve("x")).doesNotExist();
    }

    /** A graph from elsewhere becomes a model a task as well. */
    @Test
    void tasksAreBakedIntoAGraphThatExists() {
        ham(
                        "export",
                        "--base",
                        testdata("onnx-exports/hf-sdpa/ts17.onnx"),
                        "--weights",
                        BASE,
                        "--merged",
                        merged,
                        "--out",
                        temp.resolve("tasks"),
                        "--package",
                        "shared")
                .succeeds();
        assertThat(temp.resolve("tasks/base.data")).exists();
        assertThat(temp.resolve("tasks/adapter2.onnx")).exists();
    }

    @Test
    void aModelThatTakesPixelsClassifiesLikeTheUsualOne() {
        Path plain = temp.resolve("plain.onnx");
        Path pixels = temp.resolve("pixels.onnx");
        ham("export", "--base", BASE, "--merged", merged, "--out", plain).succeeds();
        Cli exported = ham(
                        "export",
                        "--base",
                        BASE,
                        "--merged",
                        merged,
                        "--out",
                        pixels,
                        "--input",
                        "uint8",
                        "--output",
                        "top-k",
                        "--top",
                        "2",
                        "--features")
                .succeeds();
        assertThat(exported.err()).contains("parity passed on 6 seeded images");
        Path image = testdata("pillow/rgb.png");
        JsonNode expected =
                ham("run", plain, image, "--top", "2", "--json").succeeds().json();
        JsonNode found = ham("run", pixels, image, "--json").succeeds().json();
        for (int i = 0; i < 2; i++) {
            JsonNode one = expected.path("images").path(0).path("predictions").path(i);
            JsonNode other = found.path("images").path(0).path("predictions").path(i);
            assertThat(other.path("label")).isEqualTo(one.path("label"));
            assertThat(other.path("probability").asDouble())
                    .isCloseTo(one.path("probability").asDouble(), within(0.02));
        }
        assertThat(ham(
                                "export",
                                "--base",
                                testdata("onnx-exports/hf-sdpa/ts17.onnx"),
                                "--weights",
                                BASE.resolve("model.safetensors"),
                                "--merged",
                                merged,
                                "--out",
                                temp.resolve("unknown.onnx"),
                                "--output",
                                "probabilities")
                        .succeeds()
                        .err())
                .contains("not compared with the usual form");
        ham("export", "--base", BASE, "--out", temp.resolve("x"), "--output", "top-k", "--top", "11")
                .failsWith(2, "--top", "10 classes");
        ham("export", "--base", BASE, "--out", temp.resolve("x"), "--output", "best")
                .failsWith(2, "--output", "top-k");
    }

    @Test
    void tritonGetsAFolder() {
        Path out = temp.resolve("triton");
        ham(
                        "export",
                        "--base",
                        BASE,
                        "--merged",
                        merged,
                        "--out",
                        out,
                        "--package",
                        "triton",
                        "--model-name",
                        "vit",
                        "--max-batch",
                        "16")
                .succeeds();
        assertThat(out.resolve("vit/1/model.onnx")).exists();
        assertThat(out.resolve("vit/config.pbtxt")).content().contains("max_batch_size: 16");
        ham("export", "--base", BASE, "--out", out, "--package", "triton", "--force")
                .succeeds();
        assertThat(out.resolve("ham/1/model.onnx")).exists();
        assertThat(Files.exists(out.resolve("vit"))).isFalse();
        ham("export", "--base", BASE, "--out", temp.resolve("x"), "--package", "triton", "--model-name", "a/b")
                .failsWith(2, "--model-name");
        ham("export", "--base", BASE, "--out", temp.resolve("x"), "--package", "box")
                .failsWith(2, "--package");
        assertThat(temp.resolve("x")).doesNotExist();
    }
}
