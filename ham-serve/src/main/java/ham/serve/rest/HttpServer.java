package ham.serve.rest;

import ham.serve.protocol.ServeException;
import ham.serve.service.Service;
import ham.serve.service.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The protocol over HTTP/1.1, by Jetty. */
public final class HttpServer implements AutoCloseable {
    private static final int THREADS = 64;
    private static final int HEADERS = 16 << 10;
    /** Milliseconds for requests of connections that were accepted before a stop. */
    private static final long LAST_REQUESTS = 250;

    private final Server server;
    private final ServerConnector connector;
    private final Workers workers;
    private final ScheduledFuture<?> sweep;

    private HttpServer(Service service, String host, int port, Optional<Tls> tls) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 4);
        threads.setName("ham-http");
        threads.setDaemon(true);
        server = new Server(threads);
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(HEADERS);
        tls.ifPresent(given -> configuration.addCustomizer(new SecureRequestCustomizer(false)));
        HttpConnectionFactory http = new HttpConnectionFactory(configuration);
        connector = tls.isPresent()
                ? new ServerConnector(server, 1, 1, new SslConnectionFactory(context(tls.get()), "http/1.1"), http)
                : new ServerConnector(server, 1, 1, http);
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(service.limits().idle().toMillis());
        ConnectionGuard guard = new ConnectionGuard(service.limits().receive());
        connector.addBean(guard);
        server.addConnector(connector);
        server.setErrorHandler(new Errors());
        server.addBean(new NetworkConnectionLimit(service.limits().connections(), connector));
        workers = new Workers(4 * Runtime.getRuntime().availableProcessors(), 256);
        server.setHandler(new GracefulHandler(new Routes(service, loopback(host), guard, workers)));
        service.metrics().gauge("ham.http.connections", "Open connections of HTTP", guard::open);
        sweep = service.everySecond(guard::sweep);
    }

    private static SslContextFactory.Server context(Tls tls) {
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStore(tls.keyStore());
        context.setKeyStorePassword(Tls.PASSWORD);
        context.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        context.setSniRequired(false);
        return context;
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /**
     * Begins to listen.
     *
     * @param port 0 for any that is free
     * @throws ServeException if that is not possible
     */
    public static HttpServer start(Service service, String host, int port, Optional<Tls> tls) {
        HttpServer http = new HttpServer(service, host, port, tls);
        try {
            http.server.start();
            return http;
        } catch (Exception e) {
            http.close();
            if (e instanceof ServeException known) {
                throw known;
            }
            throw ServeException.parameter(
                    "http",
                    "expected a port that is free on " + host + ", found that " + port + " is not ("
                            + (e instanceof IOException && e.getCause() != null ? e.getCause() : e).getMessage() + ")");
        }
    }

    /** Where it listens. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Takes no more connections and requests, and waits for those under way; false if that took longer. */
    public boolean stop(Duration time) {
        sweep.cancel(false);
        server.setStopTimeout(Math.max(1, time.toMillis()));
        try {
            // What was accepted already still gets its answer; Jetty would close connections whose request is not there
            // yet.
            connector.close();
            Thread.sleep(Math.min(LAST_REQUESTS, time.toMillis() / 4));
            server.stop();
            return true;
        } catch (Exception e) {
            return false;
        } finally {
            workers.close();
        }
    }

    @Override
    public void close() {
        stop(Duration.ofSeconds(1));
    }
}
