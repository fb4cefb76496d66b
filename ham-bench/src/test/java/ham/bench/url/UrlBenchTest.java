package ham.bench.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import ham.bench.scenario.Scenario;
import ham.merge.InputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scenarios against a server that does what the test wants. */
class UrlBenchTest {
    private static final String MODEL =
            "{\"name\":\"m\",\"versions\":[\"1\"],\"platform\":\"x\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,3]}],"
                    + "\"outputs\":[]}";
    private static final int STALL_MS = 600;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer server;

    /** What a query is answered with, by its number from 0. */
    private interface Answer {
        int status(int query) throws InterruptedException;
    }

    private Answer answer = query -> 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v2/models/m", exchange -> send(exchange, 200, MODEL));
        server.createContext("/v2/models/m/infer", exchange -> {
            exchange.getRequestBody().readAllBytes();
            try {
                send(exchange, answer.status(asked.getAndIncrement()), "{}");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private OipClient client(String path) {
        return new OipClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path), Optional.empty());
    }

    private UrlResult run(Scenario scenario, int queries, double rate, int connections) {
        OipClient client = client("");
        return new UrlBench(client, new UrlPlan("m", List.of(scenario), queries, 1, rate, connections, 8, 5, 1))
                .run()
                .get(0);
    }

    /** A thousand queries a second become due while one connection waits for the first answer: all of them waited, and it shows. */
    @Test
    void whatAStalledServerMakesWaitCounts() {
        int warmUps = 1;
        answer = query -> {
            if (query == warmUps) {
                Thread.sleep(STALL_MS);
            }
            return 200;
        };
        UrlResult result = run(Scenario.SERVER, 100, 1000, 1);
        assertThat(result.queries()).isEqualTo(100);
        // They became due within the first tenth of a second or so, and none was sent before the stall was over.
        assertThat(result.latency().p50Ms()).isGreaterThan(STALL_MS - 400);
        assertThat(result.latency().maxMs()).isGreaterThanOrEqualTo(STALL_MS - 1);
    }

    @Test
    void refusedAndFailedQueriesAreCountedAndHaveNoLatency() {
        answer = query -> query == 0 ? 200 : query % 4 == 1 ? 429 : query % 4 == 2 ? 503 : query % 4 == 3 ? 500 : 200;
        UrlResult result = run(Scenario.SINGLE_STREAM, 40, 1, 1);
        assertThat(result.queries()).isEqualTo(10);
        assertThat(result.refused()).isEqualTo(20);
        assertThat(result.failed()).isEqualTo(10);
        assertThat(result.latency().count()).isEqualTo(10);
    }

    @Test
    void aServerThatIsGoneFailsEveryQuery() {
        answer = query -> {
            if (query == 3) {
                server.stop(0);
            }
            return 200;
        };
        UrlResult result = run(Scenario.SINGLE_STREAM, 10, 1, 1);
        assertThat(result.queries() + result.failed()).isEqualTo(10);
        assertThat(result.failed()).isGreaterThanOrEqualTo(7);
    }

    @Test
    void severalConnectionsAskAtOnce() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        answer = query -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            Thread.sleep(20);
            now.decrementAndGet();
            return 200;
        };
        assertThat(run(Scenario.OFFLINE, 40, 1, 4).queries()).isEqualTo(40);
        assertThat(most.get()).isBetween(2, 4);
    }

    /** What a query holds counts, and not what the scenario would like it to hold. */
    @Test
    void aModelOfAFixedBatchIsCountedByIt() {
        server.createContext("/v2/models/f", exchange -> send(exchange, 200, MODEL.replace("-1", "4")));
        server.createContext("/v2/models/f/infer", exchange -> {
            exchange.getRequestBody().readAllBytes();
            send(exchange, 200, "{}");
        });
        UrlPlan plan = new UrlPlan("f", List.of(Scenario.MULTI_STREAM), 20, 1, 1, 1, 8, 5, 1);
        UrlResult result = new UrlBench(client(""), plan).run().get(0);
        // One query after the other: they take no less time together than each on its own.
        assertThat(result.images() / 4)
                .isLessThanOrEqualTo(1000 / result.latency().meanMs());
        OipClient.Model fixed = client("").model("f");
        assertThat(fixed.fixedRows()).hasValue(4);
        assertThat(OipQuery.random(fixed, 8, 5, new SplittableRandom(1)).rows()).isEqualTo(4);
        assertThat(client("").model("m").fixedRows()).isEmpty();
        assertThat(OipQuery.random(client("").model("m"), 8, 5, new SplittableRandom(1))
                        .rows())
                .isEqualTo(8);
    }

    @Test
    void aNameAndAServersPathReachIt() {
        server.createContext("/behind/v2/models/a b", exchange -> send(exchange, 200, MODEL));
        assertThat(client("/behind").model("a b").name()).isEqualTo("m");
        assertThat(client("/behind/").model("a b").name()).isEqualTo("m");
    }

    private static OipClient.Tensor tensor(String name, String type, Long... shape) {
        return new OipClient.Tensor(name, type, List.of(shape));
    }

    private static OipClient.Model model(OipClient.Tensor... inputs) {
        return new OipClient.Model("m", List.of("1"), "x", List.of(inputs), List.of());
    }

    /** A text encoder is asked for texts of as many tokens as are wanted, none of which is padding. */
    @Test
    void textsHaveTokens() throws IOException {
        OipClient.Model model = model(
                tensor("input_ids", "INT64", -1L, -1L),
                tensor("attention_mask", "INT64", -1L, -1L),
                tensor("token_type_ids", "INT32", -1L, -1L));
        assertThat(model.takesTokens()).isTrue();
        OipQuery query = OipQuery.random(model, 3, 7, new SplittableRandom(1));
        JsonNode json = new ObjectMapper().readTree(query.body(), 0, query.header());
        assertThat(json.path("inputs").findValues("shape")).hasSize(3).allMatch(each -> each.toString()
                .equals("[3,7]"));
        ByteBuffer data = ByteBuffer.wrap(query.body(), query.header(), query.body().length - query.header())
                .order(ByteOrder.LITTLE_ENDIAN);
        long[] numbers = new long[63];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i < 42 ? data.getLong() : data.getInt();
        }
        assertThat(data.hasRemaining()).isFalse();
        assertThat(Arrays.copyOf(numbers, 21)).contains(0, 1);
        assertThat(Arrays.copyOfRange(numbers, 21, 42)).containsOnly(1);
        assertThat(Arrays.copyOfRange(numbers, 42, 63)).containsOnly(0);
    }

    @Test
    void otherFreeDimensionsAreRefused() {
        OipClient.Model model = model(tensor("x", "INT64", -1L, -1L));
        assertThatThrownBy(() -> OipQuery.random(model, 1, 7, new SplittableRandom(1)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("or tokens of texts, found x [-1, -1]");
    }

    @Test
    void whatIsNoServerOfTheProtocolIsNamed() {
        assertThatThrownBy(() -> client("").model("other"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found status 404");
        assertThatThrownBy(() -> new UrlPlan("m", List.of(), 0, 0, 1, 1, 1, 1, 1))
                .hasMessageContaining("queries");
        assertThatThrownBy(() -> new UrlPlan("m", List.of(), 1, 0, Double.NaN, 1, 1, 1, 1))
                .hasMessageContaining("rate");
    }
}
