package ham.serve.service;

import ham.common.HamException;
import ham.serve.observe.Exchange;
import ham.serve.observe.Metrics;
import ham.serve.observe.Observer;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.repository.Repository;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every protocol serves.
 *
 * @param repository the models
 * @param observer hears of requests
 * @param metrics numbers
 * @param token what clients must show, if anything
 * @param limits what they may take
 * @param budget bytes under way
 * @param state whether it is stopping
 * @param timer for what takes too long
 * @param version of ham
 */
public record Service(
        Repository repository,
        Observer observer,
        Metrics metrics,
        Optional<Token> token,
        Limits limits,
        Budget budget,
        State state,
        ScheduledExecutorService timer,
        String version) {
    /** What the server calls itself. */
    public static final String NAME = "ham";

    /** What it does beyond the protocol's required part. */
    public static final List<String> EXTENSIONS =
            List.of("binary_tensor_data", "classification", "model_repository", "adapters", "classify");

    private static final Logger LOG = LoggerFactory.getLogger("ham.serve");

    /** Whether the server is stopping. */
    public static final class State {
        private volatile boolean stopping;

        /** From now on the server is not ready. */
        public void stop() {
            stopping = true;
        }

        /** Whether it is. */
        public boolean stopping() {
            return stopping;
        }
    }

    /** How a request ends that failed. */
    public record Failure(Status status, String message) {}

    /** Whether requests should come here. */
    public boolean ready() {
        return !state.stopping() && repository.ready();
    }

    /**
     * Lets pass who shows the token.
     *
     * @throws ServeException for everybody else
     */
    public void require(String authorization) {
        token.ifPresent(each -> each.require(authorization));
    }

    /** Does something every second, also when it failed the last time. */
    public ScheduledFuture<?> everySecond(Runnable work) {
        return timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | Error e) {
                        LOG.error("what is done every second", e);
                    }
                },
                1,
                1,
                TimeUnit.SECONDS);
    }

    /** What a client hears of a failure; what is a fault is logged, and not told. */
    public Failure failure(Exchange exchange, Throwable failure) {
        if (failure instanceof ServeException known) {
            if (known.getCause() != null && known.status() == Status.FAILED) {
                LOG.warn("request {}: {}", exchange.id(), known.getMessage(), known.getCause());
            }
            return new Failure(known.status(), known.getMessage());
        }
        if (failure instanceof HamException) {
            return new Failure(Status.INVALID, failure.getMessage());
        }
        return fault(exchange, failure);
    }

    /** What a client hears of a fault of the server, which is logged; if even that fails, in silence: what comes behind it counts more. */
    public Failure fault(Exchange exchange, Throwable failure) {
        Failure told = new Failure(
                Status.FAILED, "A fault of the server; its log tells more under the request " + exchange.id() + ".");
        try {
            LOG.error("request {}", exchange.id(), failure);
        } catch (RuntimeException | Error e) {
            return told;
        }
        return told;
    }
}
