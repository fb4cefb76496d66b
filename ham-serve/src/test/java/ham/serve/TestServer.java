package ham.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.serve.observe.LogForm;
import ham.serve.repository.Openers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A server on loopback, on ports that are free, and a client of its REST. */
final class TestServer implements AutoCloseable {
    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final InferenceServer server;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    private TestServer(Path models, Function<Path, Model> opener, UnaryOperator<ServeSettings.Builder> settings) {
        PrintStream out = new PrintStream(log, true, StandardCharsets.UTF_8);
        server = InferenceServer.start(
                models,
                new Openers(opener, () -> new SessionSettings(1)),
                settings.apply(ServeSettings.builder()
                                .optHttp(0)
                                .optGrpc(0)
                                .optVersion("test")
                                .optLog(LogForm.JSON, out))
                        .build());
    }

    /** Serves what lies in a folder or file. */
    static TestServer of(Path models, UnaryOperator<ServeSettings.Builder> settings) {
        return new TestServer(models, file -> OnnxModel.open(file, new SessionSettings(1)), settings);
    }

    /** Serves a fake under the name {@code fake}. */
    static TestServer of(FakeModel model, UnaryOperator<ServeSettings.Builder> settings) {
        return new TestServer(Path.of("fake.onnx"), file -> model, settings);
    }

    static Path testdata(String relative) {
        return Path.of(System.getProperty("ham.testdata", "../testdata")).resolve(relative);
    }

    /** An answer. */
    record Answer(int status, JsonNode json, HttpResponse<byte[]> response) {
        String error() {
            return json.path("error").asText();
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.httpPort().getAsInt() + "/" + path);
    }

    Answer get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    Answer post(String path, String body, String... headers) {
        return post(path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer post(String path, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
            String type = response.headers().firstValue("Content-Type").orElse("");
            return new Answer(
                    response.statusCode(),
                    type.equals("application/json") ? MAPPER.readTree(response.body()) : MAPPER.nullNode(),
                    response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A request of two numbers a row for the fake. */
    static String pairs(float... values) {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[" + values.length / 2 + ",2],\"data\":"
                + Arrays.toString(values) + "}]}";
    }

    /** Lines of the log so far. */
    List<JsonNode> log() {
        return log.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> {
                    try {
                        return MAPPER.readTree(line);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    @Override
    public void close() {
        server.close();
    }
}
