package ham.serve.rest;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;

/**
 * Closes connections that began to send a request and do not come to the end of its headers. A connection of TLS holds one of HTTP, which has the
 * requests; it is watched itself until its handshake is over.
 */
final class ConnectionGuard implements Connection.Listener {
    private final long nanos;
    private final Map<Connection, Watched> connections = new ConcurrentHashMap<>();

    /** What is known of a connection between two requests. */
    private static final class Watched {
        private volatile boolean active;
        private volatile long bytes;
        private long since;
    }

    ConnectionGuard(Duration receive) {
        this.nanos = receive.toNanos();
    }

    @Override
    public void onOpened(Connection connection) {
        connections.put(connection, new Watched());
        if (connection instanceof SslConnection tls) {
            tls.addHandshakeListener(new SslHandshakeListener() {
                @Override
                public void handshakeSucceeded(Event event) {
                    connections.remove(tls);
                }
            });
        }
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    /** The headers are there. */
    void begun(Connection connection) {
        Watched watched = connections.get(connection);
        if (watched != null) {
            watched.active = true;
        }
    }

    /** The answer is sent. */
    void ended(Connection connection) {
        Watched watched = connections.get(connection);
        if (watched != null) {
            watched.bytes = connection.getBytesIn();
            watched.active = false;
        }
    }

    /** Connections of HTTP that are open. */
    long open() {
        return connections.keySet().stream()
                .filter(each -> !(each instanceof SslConnection))
                .count();
    }

    /** Looks at all of them; on one thread. */
    void sweep() {
        long now = System.nanoTime();
        connections.forEach((connection, watched) -> {
            if (watched.active || connection.getBytesIn() <= watched.bytes) {
                watched.since = 0;
            } else if (watched.since == 0) {
                watched.since = now;
            } else if (now - watched.since > nanos) {
                connection.getEndPoint().close();
            }
        });
    }
}
