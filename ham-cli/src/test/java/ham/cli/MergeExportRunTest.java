package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From six PEFT adapters to logits, through the commands. */
class MergeExportRunTest {
    private static final Path BASE = testdata("hf-vit-tiny");
    private static final Path INPUTS = testdata("hf-vit-tiny/inputs.safetensors");

    @TempDir
    private Path temp;

    @Test
    void sixAdaptersBecomeOneModelWithTheReferenceLogits() {
        Path merged = temp.resolve("merged");
        JsonNode record = ham(arguments("merge", adapters("v4-names"), "--out", merged, "--base", BASE, "--json"))
                .succeeds()
                .json();
        assertThat(record.path("mode").asText()).isEqualTo("independent");
        assertThat(record.path("groups")).hasSize(3);

        Path model = temp.resolve("model.onnx");
        JsonNode export = ham(
                        "export", "--base", BASE, "--merged", merged, "--out", model, "--inputs", INPUTS, "--json")
                .succeeds()
                .json();
        assertThat(export.path("parity").path("passed").asBoolean()).isTrue();
        assertThat(export.path("matched")).hasSize(8);

        assertLogits(model, "hf.peft6.default.merged");
        JsonNode inspected = ham("inspect", model, "--json").succeeds().json();
        assertThat(inspected.path("inputs").path(0).path("name").asText()).isEqualTo("pixel_values");
        assertThat(inspected.path("inputs").path(0).path("shape").path(0).asText())
                .isEqualTo("batch");
    }

    @Test
    void bothNamingSchemesGiveTheSameDeltas() {
        ham(arguments("merge", adapters("v4-names"), "--out", temp.resolve("v4"), "--base", BASE))
                .succeeds();
        ham(arguments("merge", adapters("v5-names"), "--out", temp.resolve("v5"), "--base", BASE))
                .succeeds();
        assertThat(temp.resolve("v5/merged.safetensors")).hasSameBinaryContentAs(temp.resolve("v4/merged.safetensors"));
    }

    @Test
    void bareDeltasCanBeExported() {
        Path model = temp.resolve("model.onnx");
        Path deltas = testdata("ham-reference/peft6.alphas.normalized.safetensors");
        ham("export", "--base", BASE, "--merged", deltas, "--out", model).succeeds();
        assertLogits(model, "hf.peft6.alphas.normalized");
    }

    @Test
    void aMergeIsBakedIntoAnExportersGraph() {
        Path model = temp.resolve("model.onnx");
        Path graph = testdata("onnx-exports/hf-sdpa/dynamo_external.onnx");
        Path deltas = testdata("ham-reference/peft6.default.merged.safetensors");
        JsonNode export = ham(
                        "export",
                        "--base",
                        graph,
                        "--weights",
                        BASE,
                        "--merged",
                        deltas,
                        "--out",
                        model,
                        "--inputs",
                        INPUTS,
                        "--json")
                .succeeds()
                .json();
        assertThat(export.path("parity").path("passed").asBoolean()).isTrue();
        assertThat(export.path("parity").path("samples").asInt()).isEqualTo(8);
        assertThat(export.path("matched")).hasSize(8).allSatisfy(match -> {
            assertThat(match.path("initializer").asText()).startsWith("val_");
            assertThat(match.path("layout").asText()).isEqualTo("[in, out]");
            assertThat(match.path("how").asText()).isEqualTo("equal content, and the node's name");
        });
        assertLogits(model, "hf.peft6.default.merged");
        ham("export", "--base", model, "--weights", BASE, "--merged", deltas, "--out", temp.resolve("twice.onnx"))
                .failsWith(1, "baked into already");
        ham("export", "--base", BASE, "--weights", BASE, "--merged", deltas, "--out", temp.resolve("other.onnx"))
                .failsWith(1, "expected an ONNX model beside --weights");
    }

    /** Hugging Face adapters of both schemes on timm's fused qkv, whose names they get. */
    @Test
    void adaptersOfHuggingFaceAreBakedIntoTimm() {
        Path timm = testdata("timm-vit-tiny");
        for (String scheme : List.of("v4-names", "v5-names")) {
            ham(arguments("merge", adapters(scheme), "--out", temp.resolve(scheme), "--base", timm))
                    .succeeds();
        }
        assertThat(temp.resolve("v5-names/merged.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("v4-names/merged.safetensors"));
        Path model = temp.resolve("timm.onnx");
        assertThat(ham("export", "--base", timm, "--merged", temp.resolve("v5-names"), "--out", model)
                        .succeeds()
                        .out())
                .contains("blocks.0.attn.qkv.weight rows 128..191");
        assertLogits(model, timm.resolve("inputs.safetensors"), "timm.peft6.default.merged");
        assertThat(ham("inspect", timm).succeeds().out()).contains("timm ViT: 4 blocks");
    }

    private void assertLogits(Path model, String expected) {
        assertLogits(model, INPUTS, expected);
    }

    private void assertLogits(Path model, Path inputs, String expected) {
        Path out = temp.resolve("out.safetensors");
        ham("run", model, "--tensors", inputs, "--out", out, "--force").succeeds();
        Matrix found = SafetensorsFile.open(out).matrix("logits");
        Matrix want = SafetensorsFile.open(testdata("ham-reference/baked_logits.safetensors"))
                .matrix(expected);
        for (int i = 0; i < want.data().length; i++) {
            assertThat(found.data()[i]).isCloseTo(want.data()[i], within(1e-3f));
        }
    }

    @Test
    void anExportedModelClassifiesImagesAlone() throws IOException {
        Path model = temp.resolve("alone/model.onnx");
        Path deltas = testdata("ham-reference/peft6.default.merged.safetensors");
        ham("export", "--base", BASE, "--merged", deltas, "--out", model, "--no-verify")
                .succeeds();
        Path image = temp.resolve("grey.png");
        ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        JsonNode result = ham("run", model, image, image, "--top", "3", "--json")
                .succeeds()
                .json();
        assertThat(result.path("images")).hasSize(2);
        assertThat(result.path("images").path(0).path("predictions")).hasSize(3);
        assertThat(ham("run", model, image).succeeds().out())
                .contains("grey.png")
                .contains("LABEL_")
                .contains(" %");
    }

    @Test
    void badInputIsOneLineAndLeavesNothing() throws IOException {
        Path out = temp.resolve("out");
        Path adapter = testdata("peft-adapters/v4-names/adapter0");
        ham("merge", temp.resolve("nowhere"), "--out", out).failsWith(1, "nowhere", "found nothing");
        ham("merge", adapter, "--out", out, "--base", testdata("backbone"))
                .failsWith(1, "adapter0", "[192, 192]", "[64, 64]");
        ham("merge", adapter, adapter, "--out", out).failsWith(1, "two called 'adapter0'");
        ham("merge", adapter, "--out", out, "--alpha", "1,2").failsWith(2, "--alpha", "found 2");
        ham(
                        "export",
                        "--base",
                        testdata("backbone"),
                        "--merged",
                        testdata("ham-reference/peft6.default.merged.safetensors"),
                        "--out",
                        out)
                .failsWith(1, "[192, 192]", "[64, 64]");
        ham("export", "--base", temp, "--merged", adapter, "--out", out).failsWith(1, "config.json");
        ham("inspect", temp.resolve("nothing")).failsWith(1, "nothing");
        ham("run", BASE.resolve("config.json"), BASE.resolve("config.json")).failsWith(1, "config.json");

        Path truncated = Files.createDirectory(temp.resolve("truncated"));
        Files.copy(adapter.resolve("adapter_config.json"), truncated.resolve("adapter_config.json"));
        byte[] weights = Files.readAllBytes(adapter.resolve("adapter_model.safetensors"));
        Files.write(
                truncated.resolve("adapter_model.safetensors"), java.util.Arrays.copyOf(weights, weights.length / 2));
        ham("merge", truncated, "--out", out).failsWith(1, "adapter_model.safetensors", "truncated");

        Path file = Files.writeString(temp.resolve("file"), "");
        ham("merge", adapter, "--out", file.resolve("out")).failsWith(1, "cannot be written");
        ham("merge", adapter, "--out", file).failsWith(1, "exists already", "force");
        assertThat(out).doesNotExist();
        try (Stream<Path> left = Files.list(temp)) {
            assertThat(left.map(each -> each.getFileName().toString())).containsExactlyInAnyOrder("file", "truncated");
        }
    }

    @Test
    void inspectShowsWhatThingsAre() {
        assertThat(ham("inspect", BASE).succeeds().out())
                .contains("4 blocks, width 64")
                .contains("10 classes");
        assertThat(ham("inspect", testdata("peft-adapters/v4-names/adapter4"))
                        .succeeds()
                        .out())
                .contains("2.828427");
        assertThat(ham("inspect", INPUTS, "--json").succeeds().json().path("tensors"))
                .hasSize(1);
    }

    @Test
    void doctorTriesWhatIsThere() {
        JsonNode json = ham("doctor", "--json").succeeds().json();
        assertThat(json.path("backends").findValuesAsText("name"))
                .contains("onnxruntime-cpu", "onnxruntime-cuda", "onnxruntime-tensorrt", "pytorch-cpu");
        assertThat(json.path("backends").path(0).path("works").asBoolean()).isTrue();
    }

    private static List<Object> adapters(String scheme) {
        List<Object> folders = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            folders.add(testdata("peft-adapters/" + scheme + "/adapter" + i));
        }
        return folders;
    }

    private static Object[] arguments(String command, List<Object> folders, Object... more) {
        List<Object> all = new ArrayList<>();
        all.add(command);
        all.addAll(folders);
        all.addAll(List.of(more));
        return all.toArray();
    }

    @Test
    void imagesArePreparedAsTheOptionSays() throws IOException {
        Path base = testdata("everyday/vit");
        Path model = temp.resolve("model.onnx");
        assertThat(ham("export", "--base", base, "--out", model, "--preprocessing", "imagenet")
                        .succeeds()
                        .err())
                .doesNotContain("warning");
        assertThat(preprocessing(model)).contains("0.485").doesNotContain("0.5,");

        Path file = Files.writeString(
                temp.resolve("pp.json"),
                "{\"image_processor_type\": \"ViTImageProcessor\", \"size\": 32, \"image_mean\": [0.1, 0.2, 0.3]}");
        ham("export", "--base", base, "--out", model, "--preprocessing", file, "--force")
                .succeeds();
        assertThat(preprocessing(model)).contains("0.1", "0.2", "0.3");
        ham("merge", testdata("everyday/classifier"), "--base", base, "--out", temp.resolve("merged"))
                .succeeds();
        Path baked = temp.resolve("baked.onnx");
        ham(
                        "export",
                        "--base",
                        model,
                        "--weights",
                        base,
                        "--merged",
                        temp.resolve("merged"),
                        "--out",
                        baked,
                        "--preprocessing",
                        "half")
                .succeeds();
        assertThat(preprocessing(baked)).contains("0.5").doesNotContain("0.3");

        Files.writeString(file, "{\"image_processor_type\": \"ViTImageProcessor\", \"size\": 224}");
        ham("export", "--base", base, "--out", model, "--preprocessing", file, "--force")
                .failsWith(1, "pp.json: expected a size of 32x32 as the model takes it, found 224x224");
    }

    private static String preprocessing(Path model) {
        try (OnnxModel opened = OnnxModel.open(model, new SessionSettings(1))) {
            return opened.metadata().get("ham.preprocessing");
        }
    }

    @Test
    void classesGetTheNamesOfAFileAtTheMergeOrAtTheExport() throws IOException {
        Path base = testdata("everyday/vit");
        Path adapter = testdata("everyday/classifier");
        Path labels = Files.writeString(temp.resolve("labels.txt"), "ä\nb\nc\nd\ne\n");
        ham("merge", adapter, "--base", base, "--out", temp.resolve("plain")).succeeds();
        ham("merge", adapter, "--base", base, "--labels", labels, "--out", temp.resolve("named"))
                .succeeds();
        assertThat(temp.resolve("plain/labels.txt")).content().startsWith("classifier/0\n");
        assertThat(temp.resolve("named/labels.txt")).hasSameTextualContentAs(labels);
        for (String merged : List.of("plain", "named")) {
            Path model = temp.resolve(merged + ".onnx");
            List<Object> export = new ArrayList<>(
                    List.of("export", "--base", base, "--merged", temp.resolve(merged), "--out", model));
            if (merged.equals("plain")) {
                export.addAll(List.of("--labels", labels));
            }
            ham(export.toArray()).succeeds();
            assertThat(ham("inspect", model, "--json").succeeds().out()).contains("ä");
        }
        Files.writeString(labels, "only\n");
        ham("export", "--base", base, "--labels", labels, "--out", temp.resolve("no.onnx"))
                .failsWith(2, "--labels: expected a name for each of the 5 classes");
    }

    @Test
    void adaptersInFoldersOfOneNameAreMergedUnderTheNamesOfTheirPaths() throws IOException {
        for (String each : List.of("cats", "dogs")) {
            Path folder = Files.createDirectories(temp.resolve(each).resolve("final"));
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                Files.copy(testdata("everyday/keys/a").resolve(file), folder.resolve(file));
            }
        }
        JsonNode record = ham(
                        "merge",
                        temp.resolve("cats/final"),
                        temp.resolve("dogs/final"),
                        "--out",
                        temp.resolve("m"),
                        "--json")
                .succeeds()
                .json();
        assertThat(record.path("inputs").path(0).path("adapter").asText()).isEqualTo("cats-final");
        assertThat(record.path("inputs").path(1).path("adapter").asText()).isEqualTo("dogs-final");
    }
}
