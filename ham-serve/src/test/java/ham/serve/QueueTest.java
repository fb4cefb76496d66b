package ham.serve;

import static ham.serve.TestServer.pairs;
import static org.assertj.core.api.Assertions.assertThat;

import ham.serve.TestServer.Answer;
import ham.serve.batch.BatchRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that share runs, wait, and are refused. */
class QueueTest {
    private final FakeModel model = new FakeModel();
    private final ExecutorService clients = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        clients.shutdownNow();
    }

    private TestServer start(int maxRows, Duration delay, int queue) {
        return TestServer.of(model, settings -> settings.optBatching(new BatchRules(maxRows, delay, queue, 1)));
    }

    private Future<Answer> infer(TestServer server, String body, String... headers) {
        return clients.submit(() -> server.post("v2/models/fake/infer", body, headers));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static String data(Future<Answer> answer) throws Exception {
        return answer.get().json().path("outputs").path(0).path("data").toString();
    }

    private static double waiting(TestServer server) {
        return server.get("metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("ham_queue_requests"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatWaitsTogetherRunsTogetherAndEveryoneGetsTheirOwn() throws Exception {
        try (TestServer server = start(8, Duration.ZERO, 100)) {
            int before = model.runs.get();
            model.waits(true);
            Future<Answer> first = infer(server, pairs(0, 1));
            await(() -> model.runs.get() == before + 1);
            List<Future<Answer>> others = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                others.add(infer(server, i == 5 ? pairs(i, i, 10, 11) : pairs(i, i)));
            }
            await(() -> waiting(server) == 5);
            model.permits.release(2);
            assertThat(data(first)).isEqualTo("[0.0,2.0]");
            for (int i = 1; i < 5; i++) {
                assertThat(data(others.get(i - 1))).isEqualTo("[%d.0,%d.0]".formatted(2 * i, 2 * i));
            }
            assertThat(data(others.get(4))).isEqualTo("[10.0,10.0,20.0,22.0]");
            assertThat(model.runs.get()).isEqualTo(before + 2);
            assertThat(server.log().stream().filter(line -> line.path("batch").asInt() == 6))
                    .hasSize(5);
            model.waits(false);
        }
    }

    @Test
    void oneThatFailsDoesNotSpoilTheOthers() throws Exception {
        try (TestServer server = start(8, Duration.ZERO, 100)) {
            int before = model.runs.get();
            model.waits(true);
            Future<Answer> first = infer(server, pairs(0, 1));
            await(() -> model.runs.get() == before + 1);
            Future<Answer> good = infer(server, pairs(3, 4));
            Future<Answer> bad = infer(server, pairs(-999, 4));
            await(() -> waiting(server) == 2);
            model.waits(false);
            assertThat(data(first)).isEqualTo("[0.0,2.0]");
            assertThat(data(good)).isEqualTo("[6.0,8.0]");
            assertThat(bad.get().status()).isEqualTo(500);
            assertThat(bad.get().error()).contains("its log tells more").doesNotContain("secret");
        }
    }

    @Test
    void aRequestWaitsForOthersUpToTheDelay() throws Exception {
        try (TestServer server = start(2, Duration.ofMinutes(5), 100)) {
            int before = model.runs.get();
            Future<Answer> one = infer(server, pairs(1, 1));
            await(() -> waiting(server) == 1);
            assertThat(model.runs.get()).isEqualTo(before);
            Future<Answer> two = infer(server, pairs(2, 2));
            assertThat(data(one)).isEqualTo("[2.0,2.0]");
            assertThat(data(two)).isEqualTo("[4.0,4.0]");
            assertThat(model.runs.get()).isEqualTo(before + 1);
        }
        try (TestServer server = start(2, Duration.ofMillis(50), 100)) {
            assertThat(data(infer(server, pairs(1, 1)))).isEqualTo("[2.0,2.0]");
        }
    }

    @Test
    void aFullQueueRefuses() throws Exception {
        try (TestServer server = start(1, Duration.ZERO, 2)) {
            int before = model.runs.get();
            model.waits(true);
            Future<Answer> running = infer(server, pairs(0, 1));
            await(() -> model.runs.get() == before + 1);
            Future<Answer> one = infer(server, pairs(1, 1));
            Future<Answer> two = infer(server, pairs(2, 2));
            await(() -> waiting(server) == 2);
            Answer refused = server.post("v2/models/fake/infer", pairs(3, 3));
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.response().headers().firstValue("Retry-After")).hasValue("1");
            model.waits(false);
            assertThat(List.of(
                            running.get().status(),
                            one.get().status(),
                            two.get().status()))
                    .containsOnly(200);
        }
    }

    @Test
    void aDeadlineIsKeptWhileOthersRun() throws Exception {
        try (TestServer server = start(1, Duration.ZERO, 10)) {
            int before = model.runs.get();
            model.waits(true);
            Future<Answer> running = infer(server, pairs(0, 1));
            await(() -> model.runs.get() == before + 1);
            Answer late = server.post("v2/models/fake/infer", pairs(1, 1), "X-Request-Timeout-Ms", "50");
            assertThat(late.status()).isEqualTo(504);
            assertThat(waiting(server)).isZero();
            Answer alsoLate = server.post(
                    "v2/models/fake/infer",
                    "{\"parameters\":{\"timeout\":50000}," + pairs(1, 1).substring(1));
            assertThat(alsoLate.status()).isEqualTo(504);
            model.waits(false);
            assertThat(running.get().status()).isEqualTo(200);
            assertThat(model.runs.get()).isEqualTo(before + 1);
        }
    }

    @Test
    void aStopAnswersWhatItTookAndClosesTheModel() throws Exception {
        TestServer server = start(1, Duration.ZERO, 10);
        int before = model.runs.get();
        model.waits(true);
        List<Future<Answer>> taken = new ArrayList<>(List.of(infer(server, pairs(0, 1))));
        await(() -> model.runs.get() == before + 1);
        taken.add(infer(server, pairs(1, 2)));
        taken.add(infer(server, pairs(2, 3)));
        await(() -> waiting(server) == 2);
        server.server.announceStop();
        assertThat(server.get("v2/health/ready").status()).isEqualTo(503);
        assertThat(server.get("v2/health/live").status()).isEqualTo(200);
        Future<Boolean> stopped = clients.submit(() -> server.server.stop(Duration.ofMinutes(1)));
        Thread.sleep(200);
        assertThat(stopped.isDone()).isFalse();
        model.waits(false);
        for (Future<Answer> each : taken) {
            assertThat(each.get().status()).isEqualTo(200);
        }
        assertThat(stopped.get()).isTrue();
        assertThat(model.closed).isTrue();
    }
}
