package ham.serve;

import ham.runtime.swap.SwapRule;
import ham.serve.batch.BatchRules;
import ham.serve.observe.LogForm;
import ham.serve.protocol.ServeException;
import ham.serve.service.Limits;
import ham.serve.service.Tls;
import ham.serve.service.Token;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a server listens, batches and stops.
 *
 * @param host address that it listens on
 * @param http port of REST; empty for none, 0 for any that is free
 * @param grpc port of gRPC, likewise
 * @param tls certificate and key, for both
 * @param token what clients must show
 * @param limits what clients may take
 * @param batching how requests become runs
 * @param watch how often the models' files are looked at; empty for never
 * @param beforeLook what is done before each look at them; it throws nothing
 * @param rule how much a newer state of a model may differ
 * @param log how requests are told
 * @param out where lines of JSON go
 * @param drain how long a stop waits for requests under way
 * @param version of ham
 */
public record ServeSettings(
        String host,
        OptionalInt http,
        OptionalInt grpc,
        Optional<Tls> tls,
        Optional<Token> token,
        Limits limits,
        BatchRules batching,
        Optional<Duration> watch,
        Runnable beforeLook,
        SwapRule rule,
        LogForm log,
        PrintStream out,
        Duration drain,
        String version) {
    /**
     * Checks ports and times.
     *
     * @throws ServeException if there is no port, one is not a port, or a time is negative
     */
    public ServeSettings {
        if (http.isEmpty() && grpc.isEmpty()) {
            throw ServeException.parameter("http", "expected a port for REST, for gRPC or for both, found none");
        }
        port("http", http);
        port("grpc", grpc);
        if (drain.isNegative()) {
            throw ServeException.parameter("drain", "expected at least 0, found " + drain.toSeconds());
        }
    }

    private static void port(String parameter, OptionalInt port) {
        if (port.isPresent() && (port.getAsInt() < 0 || port.getAsInt() > 65_535)) {
            throw ServeException.parameter(parameter, "expected a port from 0 to 65535, found " + port.getAsInt());
        }
    }

    /** Begins with what a server on this machine alone has. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private OptionalInt http = OptionalInt.empty();
        private OptionalInt grpc = OptionalInt.empty();
        private Optional<Tls> tls = Optional.empty();
        private Optional<Token> token = Optional.empty();
        private Limits limits = Limits.DEFAULT;
        private BatchRules batching = new BatchRules(32, Duration.ZERO, 256, 1);
        private Optional<Duration> watch = Optional.empty();
        private Runnable beforeLook = () -> {};
        private SwapRule rule = SwapRule.ADDED_LABELS;
        private LogForm log = LogForm.SLF4J;
        private PrintStream out = System.err;
        private Duration drain = Duration.ofSeconds(30);
        private String version = "";

        private Builder() {}

        /** Address to listen on: 127.0.0.1 unless set. */
        public Builder optHost(String value) {
            host = value;
            return this;
        }

        /** Port of REST. */
        public Builder optHttp(int value) {
            http = OptionalInt.of(value);
            return this;
        }

        /** Port of gRPC. */
        public Builder optGrpc(int value) {
            grpc = OptionalInt.of(value);
            return this;
        }

        /** Certificate and key. */
        public Builder optTls(Tls value) {
            tls = Optional.of(value);
            return this;
        }

        /** What clients must show. */
        public Builder optToken(Token value) {
            token = Optional.of(value);
            return this;
        }

        /** What clients may take. */
        public Builder optLimits(Limits value) {
            limits = value;
            return this;
        }

        /** How requests become runs: of at most 32 rows without delay unless set. */
        public Builder optBatching(BatchRules value) {
            batching = value;
            return this;
        }

        /** How often files are looked at. */
        public Builder optWatch(Duration value) {
            watch = Optional.of(value);
            return this;
        }

        /** What is done before each look at the files, on the thread that looks; it throws nothing. */
        public Builder optBeforeLook(Runnable value) {
            beforeLook = value;
            return this;
        }

        /** How much a newer state may differ: by further labels unless set. */
        public Builder optRule(SwapRule value) {
            rule = value;
            return this;
        }

        /** How requests are told, and where lines of JSON go. */
        public Builder optLog(LogForm form, PrintStream stream) {
            log = form;
            out = stream;
            return this;
        }

        /** How long a stop waits: half a minute unless set. */
        public Builder optDrain(Duration value) {
            drain = value;
            return this;
        }

        /** What the server tells of its version. */
        public Builder optVersion(String value) {
            version = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws ServeException if they do not fit together
         */
        public ServeSettings build() {
            return new ServeSettings(
                    host, http, grpc, tls, token, limits, batching, watch, beforeLook, rule, log, out, drain, version);
        }
    }
}
