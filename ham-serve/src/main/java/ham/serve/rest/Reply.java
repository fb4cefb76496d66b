package ham.serve.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.serve.observe.Exchange;
import ham.serve.protocol.Status;
import ham.serve.service.Service;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The one answer to an HTTP request; whatever comes after it is not sent. */
final class Reply {
    static final String JSON = "application/json";
    static final String REQUEST_ID = "X-Request-Id";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private final Service service;
    private final Exchange exchange;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Runnable after;
    private final Executor executor;
    private final AtomicBoolean sent = new AtomicBoolean();
    private Runnable release = () -> {};
    private boolean released;

    Reply(
            Service service,
            Exchange exchange,
            Request request,
            Response response,
            Callback callback,
            Executor executor,
            Runnable after) {
        this.service = service;
        this.exchange = exchange;
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.executor = executor;
        this.after = after;
    }

    Exchange exchange() {
        return exchange;
    }

    /** Does it on a thread of the HTTP server; what it throws is the answer. */
    void later(Runnable work) {
        executor.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        });
    }

    /** What to do once there is an answer, whenever that is. */
    void whenSent(Runnable action) {
        synchronized (this) {
            if (!released) {
                release = action;
                return;
            }
        }
        action.run();
    }

    private void release() {
        Runnable action;
        synchronized (this) {
            released = true;
            action = release;
        }
        action.run();
    }

    /** A record as JSON. */
    void json(Object value) {
        send(Status.OK, JSON, bytes(value), Map.of(), "");
    }

    /** Bytes of that type, with further headers. */
    void send(String type, ByteBuffer body, Map<String, String> headers) {
        send(Status.OK, type, body, headers, "");
    }

    /** Why there is no answer. However much is broken here, the request ends. */
    void fail(Throwable failure) {
        try {
            tell(failure);
        } catch (RuntimeException | Error e) {
            if (e != failure) {
                e.addSuppressed(failure);
            }
            abandon(e);
        }
    }

    private void tell(Throwable failure) {
        Service.Failure told = service.failure(exchange, failure);
        Map<String, String> headers =
                switch (told.status()) {
                    case UNAUTHENTICATED -> Map.of("WWW-Authenticate", "Bearer");
                    case BUSY, UNAVAILABLE -> Map.of("Retry-After", "1");
                    // What is left of the request is not used.
                    case TOO_LARGE, TOO_SLOW -> Map.of("Connection", "close");
                    default -> Map.of();
                };
        send(told.status(), JSON, bytes(Map.of("error", told.message())), headers, told.message());
    }

    private static ByteBuffer bytes(Object value) {
        try {
            return ByteBuffer.wrap(MAPPER.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records are always JSON", e);
        }
    }

    private void send(Status status, String type, ByteBuffer body, Map<String, String> headers, String reason) {
        if (!sent.compareAndSet(false, true)) {
            return;
        }
        try {
            write(status, type, body, headers, reason);
        } catch (RuntimeException | Error e) {
            abandon(e);
        }
    }

    /** Ends a request that cannot even be told that it failed: Jetty answers 500, if nothing was sent. */
    private void abandon(Throwable failure) {
        sent.set(true);
        try {
            service.fault(exchange, failure);
        } finally {
            try {
                release();
                after.run();
            } finally {
                callback.failed(failure);
            }
        }
    }

    private void write(Status status, String type, ByteBuffer body, Map<String, String> headers, String reason) {
        int length = body.remaining();
        response.setStatus(status.http());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        response.getHeaders().put(REQUEST_ID, exchange.id());
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.forEach((name, value) -> response.getHeaders().put(name, value));
        exchange.sent(length);
        service.observer().ended(exchange, status, reason);
        release();
        after.run();
        response.write(true, body, unread(status) ? Drain.then(request, after, callback) : callback);
    }

    /** Whether bytes of the request may still be under way that nobody waits for. */
    private static boolean unread(Status status) {
        return switch (status) {
            // Somebody waits for them, or nobody sends them.
            case OK, TOO_SLOW, CANCELLED -> false;
            default -> true;
        };
    }
}
