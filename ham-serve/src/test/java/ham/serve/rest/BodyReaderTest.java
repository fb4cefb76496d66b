package ham.serve.rest;

import static org.assertj.core.api.Assertions.assertThat;

import ham.serve.observe.Exchange;
import ham.serve.observe.LogForm;
import ham.serve.observe.Metrics;
import ham.serve.observe.Observer;
import ham.serve.service.Budget;
import ham.serve.service.Limits;
import ham.serve.service.Service;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

class BodyReaderTest {
    private final Budget budget = new Budget(1_000_000);
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch inHand = new CountDownLatch(1);
    private final CountDownLatch answered = new CountDownLatch(1);

    /** Hands out a part of the body only when the request was answered without it. */
    private final class Late extends Request.Wrapper {
        Late(Request wrapped) {
            super(wrapped);
        }

        @Override
        public Content.Chunk read() {
            Content.Chunk chunk = super.read();
            if (chunk == null) {
                waiting.countDown();
            }
            if (chunk != null && chunk.hasRemaining()) {
                inHand.countDown();
                try {
                    answered.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return chunk;
        }
    }

    @Test
    void whatTheTimeLimitGaveBackIsNotTakenAgain() throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        Metrics metrics = new Metrics();
        Service service = new Service(
                null,
                new Observer(LogForm.SLF4J, System.err, metrics),
                metrics,
                Optional.empty(),
                new Limits(100_000, 1_000_000, Duration.ofSeconds(2), Duration.ofSeconds(20), 9, 1000),
                budget,
                new Service.State(),
                timer,
                "test");
        CountDownLatch read = new CountDownLatch(1);
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Exchange exchange = new Exchange(null, "http", "infer", "test");
                Reply reply = new Reply(
                        service,
                        exchange,
                        request,
                        response,
                        callback,
                        getServer().getThreadPool(),
                        () -> {});
                BodyReader.read(new Late(request), service, reply, (bytes, length) -> read.countDown());
                return true;
            }
        });
        server.start();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
            socket.setSoTimeout(10_000);
            String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
            socket.getOutputStream().write(new byte[1000]);
            assertThat(inHand.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 408");
            answered.countDown();
            Thread.sleep(300);
            assertThat(budget.taken()).isZero();
            assertThat(read.getCount()).isOne();
        } finally {
            server.stop();
            timer.shutdownNow();
        }
    }
}
