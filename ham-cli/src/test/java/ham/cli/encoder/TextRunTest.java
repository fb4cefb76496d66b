package ham.cli.encoder;

import static ham.cli.Cli.ham;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.cli.Cli;
import ham.cli.TinyTraining;
import ham.cli.train.RunText;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.runtime.model.AdaptedModel;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.text.TokenBatch;
import ham.serve.InferenceServer;
import ham.serve.ServeSettings;
import ham.serve.repository.Openers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that learn from texts. */
class TextRunTest {
    private static final int CLASSES = 4;

    @TempDir
    private Path temp;

    private Cli train(String out, Object... more) {
        Path base = temp.resolve("base");
        if (!Files.exists(base)) {
            TinyTexts.base("bert-bare", 0, base);
            TinyTexts.data(CLASSES, temp.resolve("data"));
        }
        return TinyTraining.train(base, temp.resolve("data"), temp.resolve(out), 2, 2, more);
    }

    /** At so large a rate adapters do nothing but harm: none of their delta is deployed, and the heads are those of the frozen encoder. */
    @Test
    void theGuardHoldsBackAHarmfulDelta() throws IOException {
        Cli guarded = train("guarded", "--lr", "1", "--held-out", "0.3").succeeds();
        JsonNode guard = guarded.json().path("guard");
        assertThat(guard.path("scale").asDouble(-1)).isZero();
        assertThat(guard.path("held_out").path("0").asDouble())
                .isGreaterThan(guard.path("held_out").path("1").asDouble());
        Merged.read(temp.resolve("guarded/merged")).deltas().values().forEach(delta -> assertThat(delta.isZero())
                .isTrue());
        assertThat(guarded.err())
                .contains(
                        "training did not help, so the frozen backbone is deployed",
                        "held-out training texts by scale");
        JsonNode variants = guarded.json().path("metrics").path("variants");
        JsonNode rows = variants.path("ham/analytic").path("R");
        assertThat(rows.get(1))
                .isEqualTo(variants.path("frozen/analytic").path("R").get(1));
        train("frozen", "--method", "frozen", "--held-out", "0.3").succeeds();
        assertThat(temp.resolve("guarded/heads/analytic.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("frozen/heads/analytic.safetensors"));

        Cli free = train("free", "--lr", "1", "--held-out", "0.3", "--guard", "off")
                .succeeds();
        assertThat(free.json().path("guard").isMissingNode()).isTrue();
        assertThat(Merged.read(temp.resolve("free/merged")).deltas().values()).anyMatch(delta -> !delta.isZero());
    }

    @Test
    void inputsOfLayersAreMeasuredOfAPlainVitOnly() {
        train("run", "--gram", "full").failsWith(2, "--gram", "expected a plain ViT as base", "found a BERT");
        assertThat(temp.resolve("run")).doesNotExist();
        assertThat(temp.resolve("run.partial")).doesNotExist();
    }

    /** A server splits a text by the tokenizer that the model carries, and says what the command line does. */
    @Test
    void aServerClassifiesTexts() throws IOException, InterruptedException {
        train("run", "--guard", "off").succeeds();
        Path model = temp.resolve("run/model.onnx");
        Openers openers =
                new Openers(file -> OnnxModel.open(file, new SessionSettings(1)), () -> new SessionSettings(1));
        ServeSettings settings =
                ServeSettings.builder().optHttp(0).optGrpc(0).optVersion("test").build();
        try (InferenceServer server = InferenceServer.start(model, openers, settings)) {
            URI uri = URI.create("http://127.0.0.1:" + server.httpPort().getAsInt() + "/classify?top=4");
            for (String text : List.of("w1 w3 w2", "w17 w19 w18 w20 w23", "nothing known")) {
                JsonNode shown = ham("run", model, "--text", text, "--top", 4, "--json")
                        .succeeds()
                        .json()
                        .findPath("predictions");
                HttpResponse<String> answer = post(uri, text.getBytes(StandardCharsets.UTF_8), "text/plain");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                JsonNode served =
                        JsonMapper.builder().build().readTree(answer.body()).path("predictions");
                assertThat(served).hasSize(4);
                for (int i = 0; i < 4; i++) {
                    assertThat(served.path(i).path("label"))
                            .isEqualTo(shown.path(i).path("label"));
                    assertThat(served.path(i).path("probability").asDouble(-1))
                            .isCloseTo(shown.path(i).path("probability").asDouble(-2), within(1e-5));
                }
            }
            assertThat(post(uri, " ".getBytes(StandardCharsets.UTF_8), "text/plain")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(post(uri, new byte[] {(byte) 0xff, 'a'}, "text/plain; charset=utf-8")
                            .body())
                    .contains("UTF-8");
            assertThat(post(uri, "w1".getBytes(StandardCharsets.UTF_8), "image/png")
                            .statusCode())
                    .isEqualTo(400);
        }
    }

    /** A base of texts takes ids and mask, and an adapter's task has labels of its own. */
    @Test
    void aServerClassifiesTextsWithAnAdapterARequest() throws IOException, InterruptedException {
        Path base = TinyTexts.base("bert", 0, temp.resolve("bert"));
        Path folder = temp.resolve("tasks");
        ham(
                        "export",
                        "--base",
                        base,
                        "--adapters",
                        Cli.testdata("encoders/bert/adapter"),
                        "--package",
                        "adapters",
                        "--out",
                        folder)
                .succeeds();
        Openers openers =
                new Openers(file -> OnnxModel.open(file, new SessionSettings(1)), () -> new SessionSettings(1));
        ServeSettings settings =
                ServeSettings.builder().optHttp(0).optVersion("test").build();
        float[] expected;
        try (AdaptedModel model = AdaptedModel.open(folder.resolve("base.onnx"), new SessionSettings(1))) {
            model.load("adapter", folder.resolve("adapter.onnx_adapter"));
            expected = model.run("adapter", TokenBatch.of(List.of(new long[] {2, 5, 6, 3}), 0));
        }
        try (InferenceServer server = InferenceServer.start(folder, openers, settings)) {
            String uri = "http://127.0.0.1:" + server.httpPort().getAsInt() + "/";
            JsonMapper json = JsonMapper.builder().build();
            HttpResponse<String> classes =
                    post(URI.create(uri + "classify?top=7"), "w1 w2".getBytes(StandardCharsets.UTF_8), "text/plain");
            JsonNode predictions = json.readTree(classes.body()).path("predictions");
            assertThat(predictions).as(classes.body()).hasSize(7);
            for (JsonNode each : predictions) {
                int index = each.path("index").asInt();
                assertThat(each.path("label").asText()).isEqualTo("class " + index);
                assertThat((float) each.path("logit").asDouble()).isCloseTo(expected[index], within(1e-4f));
            }
            String tensor = "{\"name\":\"%s\",\"datatype\":\"INT64\",\"shape\":[1,4],\"data\":%s}";
            HttpResponse<String> run = post(
                    URI.create(uri + "v2/models/tasks/infer"),
                    ("{\"inputs\":[" + tensor.formatted("input_ids", "[2,5,6,3]") + ","
                                    + tensor.formatted("attention_mask", "[1,1,1,1]") + "]}")
                            .getBytes(StandardCharsets.UTF_8),
                    "application/json");
            JsonNode logits = json.readTree(run.body()).path("outputs").path(0).path("data");
            assertThat(logits).as(run.body()).hasSize(7);
            assertThat((float) logits.path(0).asDouble()).isCloseTo(expected[0], within(1e-4f));
        }
    }

    @Test
    void optionsOfAClassifierCountForTextsToo() throws IOException {
        Path model = Cli.testdata("text/bert.onnx");
        Path labels = Files.writeString(temp.resolve("labels.txt"), "a\nb\nc\nd\ne\nf\ng\n");
        Path data = TinyTexts.data(CLASSES, temp.resolve("data"));
        JsonNode found = ham("run", model, "--text", "w1", "--labels", labels, "--scores", "none", "--json")
                .succeeds()
                .json();
        assertThat(found.path("scores").asText()).isEqualTo("none");
        JsonNode best = found.findPath("predictions").path(0);
        assertThat(best.path("label").asText())
                .isEqualTo(String.valueOf("abcdefg".charAt(best.path("index").asInt())));
        assertThat(best.path("probability").asDouble(-1))
                .isEqualTo(best.path("logit").asDouble(-2));
        for (List<Object> command :
                List.<List<Object>>of(List.of("run", model, "--text", "w1"), List.of("eval", model, "--data", data))) {
            with(command, "--output", "nosuch").failsWith(2, "--output: expected one of logits, found 'nosuch'");
            with(command, "--preprocessing", "half").failsWith(2, "--preprocessing: expected none");
            with(command, "--labels", Files.writeString(temp.resolve("short.txt"), "a\nb\n"))
                    .failsWith(1, "as there are 2 labels");
        }
    }

    private static Cli with(List<Object> command, Object... more) {
        return ham(Stream.concat(command.stream(), Stream.of(more)).toArray());
    }

    private static HttpResponse<String> post(URI uri, byte[] body, String type)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .header("Content-Type", type)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** Nothing that is printed of it, and nothing in its report, speaks of images. */
    @Test
    void saysTextsOfTexts() throws IOException {
        Path run = temp.resolve("run");
        Cli trained = train("run").succeeds();
        assertThat(trained.err()).contains("texts/s").doesNotContain("images");
        RunText text = RunText.read(run);
        assertThat(text.text() + RunText.whereToLook(run, 1, "texts"))
                .contains("held-out training texts by scale", "--text TEXT", "classify texts", "seeded texts")
                .doesNotContainIgnoringCase("image");
        assertThat(JsonFiles.read(run.resolve("run.json"), "a record")
                        .path("examples")
                        .asText())
                .isEqualTo("texts");
        String report = Files.readString(run.resolve("report.html"));
        assertThat(report).contains("test texts").doesNotContain("test images", "every image");
        Cli evaluated = ham("eval", run.resolve("model.onnx"), "--data", temp.resolve("data"))
                .succeeds();
        assertThat(evaluated.out().lines().findFirst().orElseThrow())
                .contains("texts")
                .doesNotContain("images");
        Cli warned = train("linear", "--head", "linear").succeeds();
        assertThat(warned.err()).contains("on held-out texts").doesNotContain("images");
    }
}
