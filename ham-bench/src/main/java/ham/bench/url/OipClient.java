package ham.bench.url;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.merge.InputException;
import ham.runtime.text.TokenBatch;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A client of the protocol over HTTP/1.1, with binary tensors. Safe to use from several threads at once; each has a connection. */
public final class OipClient {
    private static final String PARAMETER = "url";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final URI server;
    private final String root;
    private final Optional<String> token;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /**
     * A client of a server.
     *
     * @param server for example {@code http://127.0.0.1:8000}, or with a path in front of the protocol's
     * @param token what the server wants to see, if anything
     */
    public OipClient(URI server, Optional<String> token) {
        this.server = server;
        this.root = server.toString().replaceAll("/+$", "") + "/";
        this.token = token;
    }

    /** What the server says of itself. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Server(String name, String version) {}

    /** An input or output as the server tells it. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Tensor(String name, String datatype, List<Long> shape) {}

    /** A model as the server tells it. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Model(
            String name, List<String> versions, String platform, List<Tensor> inputs, List<Tensor> outputs) {
        /** Whether it is a text encoder, by the names of its inputs. */
        public boolean takesTokens() {
            return inputs.stream()
                    .map(Tensor::name)
                    .allMatch(List.of(TokenBatch.IDS, TokenBatch.MASK, TokenBatch.TYPES)::contains);
        }

        /** How many images or texts the model takes at once, where it takes no other number. */
        public OptionalLong fixedRows() {
            return inputs.stream()
                    .map(Tensor::shape)
                    .limit(1)
                    .mapToLong(shape -> shape.isEmpty() ? 1 : shape.get(0))
                    .filter(rows -> rows >= 0)
                    .findFirst();
        }
    }

    /**
     * Asks who the server is.
     *
     * @throws InputException if nobody answers there, or not in the protocol
     */
    public Server server() {
        return get("v2", Server.class);
    }

    /**
     * Asks for a model's inputs and outputs.
     *
     * @throws InputException as {@link #server}, or if there is no such model
     */
    public Model model(String name) {
        return get(path(name), Model.class);
    }

    /** Names are folders of a repository: they may hold what a URL may not. */
    private static String path(String model) {
        return "v2/models/" + URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private <T> T get(String path, Class<T> type) {
        HttpResponse<byte[]> response = send(request(path).GET().build());
        try {
            if (response.statusCode() == 200) {
                return MAPPER.readValue(response.body(), type);
            }
        } catch (JsonProcessingException e) {
            throw InputException.parameter(
                    PARAMETER, "expected a server of the Open Inference Protocol at " + server + ", found other JSON");
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory are always readable", e);
        }
        throw InputException.parameter(
                PARAMETER,
                "expected an answer to " + path + " at " + server + ", found status " + response.statusCode());
    }

    /**
     * Sends a query and waits for its answer.
     *
     * @return status of HTTP
     */
    int infer(OipQuery query) {
        return send(request(path(query.model()) + "/infer")
                        .header("Inference-Header-Content-Length", Integer.toString(query.header()))
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofByteArray(query.body()))
                        .build())
                .statusCode();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(root + path)).timeout(ANSWER);
        token.ifPresent(each -> request.header("Authorization", "Bearer " + each));
        return request;
    }

    private HttpResponse<byte[]> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (ConnectException e) {
            throw InputException.parameter(
                    PARAMETER, "expected a server at " + server + ", found nobody who listens there");
        } catch (IOException e) {
            throw InputException.parameter(
                    PARAMETER, "expected an answer of " + server + ", found none (" + e.getMessage() + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a server answers", e);
        }
    }
}
