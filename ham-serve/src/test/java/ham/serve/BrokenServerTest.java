package ham.serve;

import static ham.serve.TestServer.pairs;
import static org.assertj.core.api.Assertions.assertThat;

import ham.serve.observe.LogForm;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Errors, such as a class path that is broken or no memory, wherever they strike: every request ends, and the server stops without waiting for it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BrokenServerTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final FakeModel model = new FakeModel();
    private final AtomicInteger broken = new AtomicInteger();

    /** A log that throws as long as it is told to: what is logged is what every request comes by when it ends. */
    private PrintStream log(Supplier<? extends Error> error) {
        return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
                if (broken.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw error.get();
                }
            }
        };
    }

    private TestServer start(Supplier<? extends Error> error) {
        return TestServer.of(
                model, settings -> settings.optLog(LogForm.JSON, log(error)).optDrain(LONG));
    }

    private static void assertStopsAtOnce(TestServer server) {
        long begun = System.nanoTime();
        assertThat(server.server.stop(LONG)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LONG.dividedBy(3));
    }

    @Test
    void aRequestWhoseModelDiesOfAnErrorEnds() {
        TestServer server = TestServer.of(model, settings -> settings.optDrain(LONG));
        GrpcCalls calls = new GrpcCalls(server);
        model.dies(() -> new NoClassDefFoundError("ham/Gone"));
        assertThat(server.post("v2/models/fake/infer", pairs(1, 2)).status()).isEqualTo(500);
        GrpcCalls.assertFails(() -> calls.infer(1));
        model.dies(() -> new OutOfMemoryError("no more"));
        assertThat(server.post("v2/models/fake/infer", pairs(1, 2)).status()).isEqualTo(500);
        GrpcCalls.assertFails(() -> calls.infer(1));
        model.dies(null);
        assertThat(server.post("v2/models/fake/infer", pairs(1, 2)).status()).isEqualTo(200);
        assertThat(calls.infer(1)).isEqualTo(1);
        calls.close();
        assertStopsAtOnce(server);
    }

    @Test
    void aRequestWhoseAnswerDiesOfAnErrorEnds() {
        TestServer server = start(() -> new NoClassDefFoundError("ham/Gone"));
        GrpcCalls calls = new GrpcCalls(server);
        for (int both = 1; both <= 2; both++) {
            // Once when the answer is told, and once more when the failure is.
            broken.set(both);
            assertThat(server.post("v2/models/fake/infer", pairs(1, 2)).status())
                    .isEqualTo(500);
            broken.set(both);
            assertThat(server.get("v2/models/fake").status()).isEqualTo(500);
            broken.set(both);
            assertThat(server.post("v2/repository/models/fake/load", "").status())
                    .isEqualTo(500);
            broken.set(both);
            assertThat(server.post("v2/models/none/infer", pairs(1, 2)).status())
                    .isEqualTo(500);
            broken.set(both);
            GrpcCalls.assertFails(() -> calls.infer(1));
            broken.set(both);
            GrpcCalls.assertFails(calls::live);
        }
        broken.set(0);
        assertThat(server.post("v2/models/fake/infer", pairs(1, 2)).status()).isEqualTo(200);
        assertThat(calls.infer(1)).isEqualTo(1);
        calls.close();
        assertStopsAtOnce(server);
    }
}
