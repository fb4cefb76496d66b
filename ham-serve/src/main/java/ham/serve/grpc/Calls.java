package ham.serve.grpc;

import ham.serve.observe.Exchange;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.service.Service;
import ham.serve.service.Token;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** What comes before every call: who asks, what the request is called, and how long its message may take to arrive. */
final class Calls implements ServerInterceptor {
    /** The call under way. */
    static final Context.Key<Exchange> EXCHANGE = Context.key("ham.exchange");

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of(Token.HEADER, Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> REQUEST_ID =
            Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

    private final Service service;
    private final Set<Arriving<?>> arriving = ConcurrentHashMap.newKeySet();

    Calls(Service service) {
        this.service = service;
    }

    @Override
    public <Q, S> Listener<Q> interceptCall(ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
        String word = Codes.call(call.getMethodDescriptor().getFullMethodName());
        Exchange exchange = new Exchange(headers.get(REQUEST_ID), "grpc", word, remote(call));
        try {
            if (!word.equals("health")) {
                service.require(headers.get(AUTHORIZATION));
            }
        } catch (ServeException e) {
            service.observer().ended(exchange, e.status(), e.getMessage());
            call.close(Codes.of(e.status(), e.getMessage()).getStatus(), new Metadata());
            return new Listener<>() {};
        }
        AtomicBoolean closed = new AtomicBoolean();
        ServerCall<Q, S> named = new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendHeaders(Metadata answer) {
                answer.put(REQUEST_ID, exchange.id());
                super.sendHeaders(answer);
            }

            @Override
            public void close(io.grpc.Status status, Metadata trailers) {
                if (closed.compareAndSet(false, true)) {
                    super.close(status, trailers);
                }
            }
        };
        Context context = Context.current().withValue(EXCHANGE, exchange);
        Arriving<Q> arriving = new Arriving<>(Contexts.interceptCall(context, named, headers, next), named, exchange);
        this.arriving.add(arriving);
        return arriving;
    }

    /** Ends the calls whose message does not come; on one thread, from time to time. */
    void sweep() {
        long now = System.nanoTime();
        List<Arriving<?>> late = arriving.stream()
                .filter(each -> now - each.begun > service.limits().receive().toNanos())
                .toList();
        for (Arriving<?> each : late) {
            arriving.remove(each);
            each.tooSlow();
        }
    }

    /** A call whose message is not there yet. */
    private final class Arriving<Q> extends SimpleForwardingServerCallListener<Q> {
        private final long begun = System.nanoTime();
        private final ServerCall<Q, ?> call;
        private final Exchange exchange;
        private boolean broken;

        Arriving(Listener<Q> listener, ServerCall<Q, ?> call, Exchange exchange) {
            super(listener);
            this.call = call;
            this.exchange = exchange;
        }

        private void tooSlow() {
            end(
                    Status.TOO_SLOW,
                    "Expected the whole request within "
                            + service.limits().receive().toMillis() / 1000.0 + " s.");
        }

        private void end(Status status, String message) {
            try {
                service.observer().ended(exchange, status, message);
            } finally {
                call.close(Codes.of(status, message).getStatus(), new Metadata());
            }
        }

        @Override
        public void onMessage(Q message) {
            if (message == null) {
                broken = true;
                arriving.remove(this);
                end(
                        Status.INVALID,
                        "Expected a message of the protocol's "
                                + call.getMethodDescriptor().getBareMethodName() + ", found bytes that are none.");
            } else {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            arriving.remove(this);
            if (!broken) {
                super.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            arriving.remove(this);
            service.observer().ended(exchange, Status.CANCELLED, "The client went away.");
            super.onCancel();
        }
    }

    private static String remote(ServerCall<?, ?> call) {
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
    }
}
