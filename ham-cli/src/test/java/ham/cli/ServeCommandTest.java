package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.runtime.model.AdaptedModel;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code ham serve} on what {@code ham export} writes, asked through a socket. */
class ServeCommandTest {
    private static final Path BASE = testdata("hf-vit-tiny");

    @TempDir
    private static Path temp;

    private static Path merged;

    @BeforeAll
    static void merge() {
        merged = temp.resolve("merged");
        List<Object> arguments = new ArrayList<>(List.of("merge"));
        for (int i = 0; i < 3; i++) {
            arguments.add(testdata("peft-adapters/v4-names/adapter" + i));
        }
        arguments.addAll(List.of("--out", merged, "--base", BASE));
        ham(arguments.toArray()).succeeds();
    }

    private static Path export(String kind) {
        Path out = temp.resolve(kind);
        ham("export", "--base", BASE, "--merged", merged, "--out", out, "--package", kind, "--no-verify")
                .succeeds();
        return out;
    }

    /** The command at work on a thread of its own. */
    private static final class Running implements AutoCloseable {
        private final StringWriter out = new StringWriter();
        private final StringWriter err = new StringWriter();
        private final Thread thread;
        private final JsonNode ports;

        Running(Object... arguments) throws Exception {
            CommandLine commandLine = Main.commandLine();
            commandLine.setOut(new PrintWriter(out));
            commandLine.setErr(new PrintWriter(err));
            String[] texts = Stream.concat(
                            Stream.of("serve"),
                            Stream.concat(
                                    Stream.of(arguments),
                                    Stream.of("--http", "0", "--grpc", "0", "--threads", "1", "--json")))
                    .map(Object::toString)
                    .toArray(String[]::new);
            thread = new Thread(() -> commandLine.execute(texts));
            thread.start();
            while (thread.isAlive() && !out.toString().strip().endsWith("}")) {
                Thread.sleep(10);
            }
            assertThat(thread.isAlive()).as(err.toString()).isTrue();
            ports = JsonMapper.builder().build().readTree(out.toString());
        }

        JsonNode post(String path, byte[] body, String... headers) throws Exception {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + ports.path("http").asInt() + "/" + path))
                    .POST(BodyPublishers.ofByteArray(body));
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(
                            headers.length == 0
                                    ? request.build()
                                    : request.headers(headers).build(),
                            BodyHandlers.ofString());
            return JsonMapper.builder().build().readTree(response.body());
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static float[] pixels() {
        float[] pixels = new float[3 * 32 * 32];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextDouble(-1, 1);
        }
        return pixels;
    }

    /** A request with the pixels as bytes behind its JSON. */
    private static JsonNode infer(Running server, String model, String parameters) throws Exception {
        byte[] json = ("{" + parameters
                        + "\"inputs\":[{\"name\":\"pixel_values\",\"shape\":[1,3,32,32],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":12288}}]}")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.allocate(json.length + 12_288).order(ByteOrder.LITTLE_ENDIAN);
        body.put(json);
        body.asFloatBuffer().put(pixels());
        return server.post(
                "v2/models/" + model + "/infer",
                body.array(),
                "Inference-Header-Content-Length",
                Integer.toString(json.length));
    }

    private static void same(JsonNode answer, float[] expected) {
        JsonNode data = answer.path("outputs").path(0).path("data");
        assertThat(data).as(answer.toString()).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((float) data.get(i).asDouble()).isCloseTo(expected[i], within(1e-4f));
        }
    }

    private static byte[] image() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }

    @Test
    void servesATritonRepositoryAsItStands() throws Exception {
        Path folder = export("triton");
        try (Running server = new Running(folder)) {
            String name = server.ports.path("models").path(0).asText();
            float[] expected;
            try (OnnxModel model =
                    OnnxModel.open(folder.resolve(name).resolve("1").resolve("model.onnx"), new SessionSettings(1))) {
                expected = model.run(pixels(), new long[] {1, 3, 32, 32});
            }
            same(infer(server, name, ""), expected);
            assertThat(server.post("classify?top=2", image()).path("predictions"))
                    .hasSize(2);
        }
    }

    @Test
    void servesAnAdapterARequest() throws Exception {
        Path folder = export("adapters");
        try (Running server = new Running(folder);
                AdaptedModel model = AdaptedModel.open(folder.resolve("base.onnx"), new SessionSettings(1))) {
            JsonNode record = JsonMapper.builder()
                    .build()
                    .readTree(folder.resolve("package.json").toFile());
            List<float[]> answers = new ArrayList<>();
            for (JsonNode task : record.path("tasks")) {
                String adapter = task.path("task").asText();
                model.load(adapter, folder.resolve(task.path("adapter").asText()));
                float[] expected = model.run(adapter, pixels(), new long[] {1, 3, 32, 32});
                JsonNode answer = infer(server, "adapters", "\"parameters\":{\"adapter\":\"" + adapter + "\"},");
                same(answer, expected);
                assertThat(answer.path("parameters").path("adapter").asText()).isEqualTo(adapter);
                answers.add(expected);
                JsonNode classes = server.post("classify/adapters?top=1&adapter=" + adapter, image());
                assertThat(task.path("labels").toString())
                        .contains(classes.path("predictions")
                                .path(0)
                                .path("label")
                                .asText());
            }
            assertThat(answers).hasSize(3);
            assertThat(answers.get(0)).isNotEqualTo(answers.get(1));
            assertThat(infer(server, "adapters", "").path("error").asText()).contains("parameter adapter with one of");
            assertThat(infer(server, "adapters", "\"parameters\":{\"adapter\":\"../x\"},")
                            .path("error")
                            .asText())
                    .contains("expected one of the adapters");
        }
    }

    @Test
    void wrongOptionsAreWrongUsage() {
        Path model = testdata("serve/scaled1.onnx");
        ham("serve").failsWith(2, "MODEL.onnx");
        ham("serve", model, "--http", "-1", "--grpc", "-1").failsWith(2, "--http: expected a port");
        ham("serve", model, "--http", "70000").failsWith(2, "--http: expected a port from 0 to 65535");
        ham("serve", model, "--max-batch", "0").failsWith(2, "--max-batch: expected at least 1, found 0");
        ham("serve", model, "--drain", "-1").failsWith(2, "--drain: expected at least 0, found -1");
        ham("serve", model, "--stop-delay", "-1").failsWith(2, "--stop-delay: expected at least 0, found -1");
        ham("serve", model, "--swap", "some").failsWith(2, "--swap", "same, added, any");
        ham("serve", model, "--log", "xml").failsWith(2, "--log", "json");
        ham("serve", model, "--tls-cert", "a").failsWith(2, "--tls-cert and --tls-key go together");
        ham("serve", model, "--token-file", temp.resolve("none")).failsWith(2, "--token-file");
        ham("serve", temp.resolve("none.onnx"), "--http", "0", "--grpc", "0").failsWith(1, "none.onnx", "no such file");
        ham("serve", temp.resolve("nosuch")).failsWith(1, "nosuch: expected an ONNX model", "no such file");
        ham("serve", temp.resolve("merged"), "--http", "0", "--grpc", "0").failsWith(1, "expected model files");
    }
}
