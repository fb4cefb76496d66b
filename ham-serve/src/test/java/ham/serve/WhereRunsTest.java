package ham.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** On which thread a request over gRPC runs. */
class WhereRunsTest {
    private static final String QUEUE = "ham-run-";

    private final FakeModel model = new FakeModel();

    @Test
    void whatIsShortAndAloneRunsWhereItIsRead() throws InterruptedException {
        try (TestServer server = TestServer.of(model, settings -> settings);
                GrpcCalls calls = new GrpcCalls(server)) {
            calls.infer(1);
            assertThat(model.thread).as("nothing is known yet").startsWith(QUEUE);
            boolean here = false;
            for (int i = 0; i < 2000 && !here; i++) {
                Thread.sleep(1);
                calls.infer(1);
                here = !model.thread.startsWith(QUEUE);
            }
            assertThat(here).isTrue();
        }
    }

    @Test
    void whatTakesLongNeverKeepsAThreadThatReads() throws InterruptedException {
        model.takes(3);
        try (TestServer server = TestServer.of(model, settings -> settings);
                GrpcCalls calls = new GrpcCalls(server)) {
            for (int i = 0; i < 40; i++) {
                Thread.sleep(1);
                calls.infer(1);
                assertThat(model.thread).startsWith(QUEUE);
            }
        }
    }
}
