package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.serve.InferenceServer;
import ham.serve.ServeSettings;
import ham.serve.repository.Openers;
import ham.serve.service.Token;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ham bench --url} against our own server. */
class BenchUrlTest {
    @TempDir
    private static Path temp;

    private static InferenceServer server;
    private static Path token;

    @BeforeAll
    static void start() throws Exception {
        token = Files.writeString(temp.resolve("token"), "0123456789abcdef0123\n");
        server = InferenceServer.start(
                testdata("serve/scaled1.onnx"),
                new Openers(file -> OnnxModel.open(file, new SessionSettings(1)), () -> new SessionSettings(1)),
                ServeSettings.builder().optHttp(0).optToken(Token.read(token)).build());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String url() {
        return "http://127.0.0.1:" + server.httpPort().getAsInt();
    }

    @Test
    void everyScenarioIsAnsweredInFull() {
        JsonNode document = ham(
                        "bench",
                        "--url",
                        url(),
                        "--model",
                        "scaled1",
                        "--url-queries",
                        40,
                        "--url-rate",
                        400,
                        "--connections",
                        4,
                        "--url-token-file",
                        token,
                        "--json")
                .succeeds()
                .json();
        assertThat(document.path("server").path("name").asText()).isEqualTo("ham");
        JsonNode results = document.path("results");
        assertThat(results).hasSize(4);
        for (JsonNode result : results) {
            assertThat(result.path("queries").asInt()).as(result.toString()).isEqualTo(40);
            assertThat(result.path("refused").asInt() + result.path("failed").asInt())
                    .isZero();
            assertThat(result.path("latency").path("p50Ms").asDouble()).isPositive();
        }
        assertThat(results.findValuesAsText("scenario"))
                .containsExactly("SingleStream", "MultiStream", "Server", "Offline");
    }

    @Test
    void aModelThatAnswersNothingIsAFailure() throws IOException {
        HttpServer broken = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String model = "{\"name\":\"m\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3]}]}";
        broken.createContext("/v2", exchange -> {
            boolean asked = exchange.getRequestURI().getPath().endsWith("/infer");
            byte[] answer = (asked ? "no" : model).getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(asked ? 400 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        broken.start();
        try {
            String url = "http://127.0.0.1:" + broken.getAddress().getPort();
            ham("bench", "--url", url, "--model", "m", "--url-queries", 4)
                    .failsWith(1, "expected answers of model m", "0 queries refused", "12 failed");
        } finally {
            broken.stop(0);
        }
    }

    @Test
    void whatCannotBeAskedIsWrongUsage() {
        ham("bench", "--url", url()).failsWith(2, "--url: expected --model");
        ham("bench", "--url", url(), "--model", "scaled1", "--out", "folder")
                .failsWith(2, "--url: expected nothing", "found --out");
        ham("bench", "--url", url(), "--model", "scaled1", "--scenarios", "server")
                .failsWith(2, "found --scenarios");
        ham("bench", "--url", url(), "--model", "scaled1", "--threads", "2").failsWith(2, "found --threads");
        ham("bench", "run", "--url", url(), "--model", "scaled1").failsWith(2, "found RUN");
        ham("bench", "--url", url(), "--model", "scaled1", "--preprocessing", "imagenet")
                .failsWith(2, "found --preprocessing");
        ham("bench", "run", "--url-queries", 5).failsWith(2, "--url-queries: expected --url");
        ham("bench", "--url", url() + "?a=b", "--model", "m").failsWith(2, "--url: expected http://");
        ham("bench", "--url", "ftp://x", "--model", "m").failsWith(2, "--url: expected http://");
        ham("bench", "--url", url(), "--model", "none", "--url-token-file", token)
                .failsWith(2, "--url: expected an answer to v2/models/none", "404");
        ham("bench", "--url", url(), "--model", "scaled1").failsWith(2, "--url: expected an answer", "401");
        ham("bench", "--url", "http://127.0.0.1:1", "--model", "m")
                .failsWith(2, "--url: expected a server", "nobody who listens");
    }
}
