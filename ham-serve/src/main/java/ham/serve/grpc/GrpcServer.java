package ham.serve.grpc;

import ham.serve.protocol.ServeException;
import ham.serve.service.Service;
import ham.serve.service.Tls;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The protocol over gRPC. */
public final class GrpcServer implements AutoCloseable {
    /** A client that breaks off is no news; it would be told on standard error otherwise. Held, so that it is not collected. */
    private static final Logger LIBRARY = Logger.getLogger("io.grpc");

    private static final int HEADERS = 16 << 10;
    private static final int CALLS = 1024;
    private static final int WINDOW = 4 << 20;

    private final Server server;
    private final ExecutorService workers;
    private final ScheduledFuture<?> sweep;

    private GrpcServer(Server server, ExecutorService workers, ScheduledFuture<?> sweep) {
        this.server = server;
        this.workers = workers;
        this.sweep = sweep;
    }

    /**
     * Begins to listen.
     *
     * @param port 0 for any that is free
     * @throws ServeException if that is not possible
     */
    public static GrpcServer start(Service service, String host, int port, Optional<Tls> tls) {
        LIBRARY.setLevel(Level.SEVERE);
        ExecutorService workers = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "ham-load");
            thread.setDaemon(true);
            return thread;
        });
        Calls calls = new Calls(service);
        try {
            NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
                    // Nothing that is called waits for long, so that it may be called where it arrives.
                    .directExecutor()
                    // Of a fixed size: to find the best one, pings would be sent with the requests.
                    .flowControlWindow(WINDOW)
                    .maxInboundMessageSize(Math.toIntExact(service.limits().body()))
                    .maxInboundMetadataSize(HEADERS)
                    .maxConcurrentCallsPerConnection(CALLS)
                    .maxConnectionIdle(service.limits().idle().toMillis(), TimeUnit.MILLISECONDS)
                    .permitKeepAliveTime(10, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .handshakeTimeout(service.limits().receive().toMillis(), TimeUnit.MILLISECONDS)
                    .addService(ServerInterceptors.intercept(
                            Messages.checked(new InferenceService(service, workers).bindService()), calls));
            if (tls.isPresent()) {
                builder.sslContext(context(tls.get()));
            }
            Server server = builder.build().start();
            return new GrpcServer(server, workers, service.everySecond(calls::sweep));
        } catch (IOException e) {
            workers.shutdownNow();
            throw ServeException.parameter(
                    "grpc",
                    "expected a port that is free on " + host + ", found that " + port + " is not ("
                            + (e.getCause() == null ? e : e.getCause()).getMessage() + ")");
        } catch (RuntimeException | Error e) {
            workers.shutdownNow();
            throw e;
        }
    }

    private static SslContext context(Tls tls) throws IOException {
        tls.keyStore(); // says better what is wrong
        return GrpcSslContexts.forServer(tls.certificates().toFile(), tls.key().toFile())
                .build();
    }

    /** Where it listens. */
    public int port() {
        return server.getPort();
    }

    /** Takes no more calls and waits for those under way; false if that took longer. */
    public boolean stop(Duration time) {
        sweep.cancel(false);
        server.shutdown();
        workers.shutdown();
        try {
            boolean ended = server.awaitTermination(time.toMillis(), TimeUnit.MILLISECONDS);
            server.shutdownNow();
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
            return false;
        }
    }

    @Override
    public void close() {
        stop(Duration.ofSeconds(1));
    }
}
