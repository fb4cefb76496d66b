package ham.cli.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Usage;
import ham.cli.run.SessionOptions;
import ham.common.Version;
import ham.export.fleet.SigningKeys;
import ham.export.fleet.UpdateFolder;
import ham.merge.io.JsonFiles;
import ham.runtime.swap.SwapRule;
import ham.serve.InferenceServer;
import ham.serve.ServeSettings;
import ham.serve.batch.BatchRules;
import ham.serve.observe.LogForm;
import ham.serve.repository.Openers;
import ham.serve.service.Limits;
import ham.serve.service.Tls;
import ham.serve.service.Token;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham serve}: models for clients of the Open Inference Protocol. */
@Command(
        name = "serve",
        description =
                "Serves a model, a folder of models, a folder of --package adapters or a Triton model repository over the Open"
                        + " Inference Protocol (REST and gRPC), until it is stopped.")
public final class ServeCommand implements Callable<Integer> {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration LOOK = Duration.ofSeconds(1);

    @Mixin
    private Console console;

    @Mixin
    private SessionOptions session;

    @Parameters(index = "0", paramLabel = "MODEL.onnx|REPOSITORY", description = "What is served.")
    private Path models;

    @Option(
            names = "--http",
            paramLabel = "PORT",
            defaultValue = "8000",
            description = "Port of REST, 0 for any that is free, -1 for none (default: ${DEFAULT-VALUE}).")
    private int http;

    @Option(
            names = "--grpc",
            paramLabel = "PORT",
            defaultValue = "8001",
            description = "Port of gRPC, 0 for any that is free, -1 for none (default: ${DEFAULT-VALUE}).")
    private int grpc;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = LOOPBACK,
            description =
                    "Address to listen on; 0.0.0.0 for every network, which wants --token-file and TLS (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(
            names = "--tls-cert",
            paramLabel = "PEM",
            description = "The server's certificate and those of who signed it.")
    private Path certificates;

    @Option(names = "--tls-key", paramLabel = "PEM", description = "The certificate's key (PKCS 8).")
    private Path key;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A token that clients must show as 'Authorization: Bearer TOKEN'; health needs none.")
    private Path token;

    @Option(
            names = "--max-batch",
            paramLabel = "ROWS",
            defaultValue = "32",
            description = "Most rows of a run that several requests share (default: ${DEFAULT-VALUE}).")
    private int maxBatch;

    @Option(
            names = "--batch-delay",
            paramLabel = "MS",
            defaultValue = "0",
            description = "How long a request may wait for others, in milliseconds (default: ${DEFAULT-VALUE}).")
    private BigDecimal delay;

    @Option(
            names = "--queue",
            paramLabel = "N",
            defaultValue = "256",
            description = "Most requests of a model that wait; more are refused (default: ${DEFAULT-VALUE}).")
    private int queue;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs of a model at once (default: ${DEFAULT-VALUE}).")
    private int instances;

    @Option(
            names = "--watch",
            description = "Replace a model when its files change, while requests go on, and apply updates and patches"
                    + " (.hamupdate, .hampatch) that are put beside it.")
    private boolean watch;

    @Option(
            names = "--verify",
            paramLabel = "NAME.pub",
            description = "With --watch: apply only updates that the private key to this public one has signed.")
    private Path verify;

    @Option(
            names = "--swap",
            paramLabel = "RULE",
            defaultValue = "added",
            description =
                    "How a newer file may differ: same labels, added labels, or any model (default: ${DEFAULT-VALUE}).")
    private String swap;

    @Option(
            names = "--max-body",
            paramLabel = "MIB",
            defaultValue = "64",
            description = "Largest body of a request (default: ${DEFAULT-VALUE}).")
    private int maxBody;

    @Option(
            names = "--receive-timeout",
            paramLabel = "S",
            defaultValue = "10",
            description = "How long a request may take to arrive (default: ${DEFAULT-VALUE}).")
    private int receive;

    @Option(
            names = "--drain",
            paramLabel = "S",
            defaultValue = "30",
            description = "How long a stop waits for requests under way (default: ${DEFAULT-VALUE}).")
    private int drain;

    @Option(
            names = "--stop-delay",
            paramLabel = "S",
            defaultValue = "0",
            description =
                    "How long a stop still takes requests while it says that it is not ready (default: ${DEFAULT-VALUE}).")
    private int stopDelay;

    @Option(names = "--log", paramLabel = "FORM", description = "json for a line a request on standard error.")
    private String log;

    @Override
    public Integer call() {
        ServeSettings settings = settings();
        // With a pool a model, the idle threads of one spin beside the run of another.
        session.shareThreads();
        InferenceServer server = InferenceServer.start(
                models,
                new Openers(file -> session.open(console, file), () -> session.settings(console.spec())),
                settings);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = new Thread(() -> stop(server), "ham-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        announce(server);
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Runtime.getRuntime().removeShutdownHook(hook);
            stop(server);
        }
        return ExitCode.DONE;
    }

    private ServeSettings settings() {
        if ((certificates == null) != (key == null)) {
            throw new ParameterException(console.spec().commandLine(), "--tls-cert and --tls-key go together");
        }
        if (stopDelay < 0) {
            throw new ParameterException(
                    console.spec().commandLine(), "--stop-delay: expected at least 0, found " + stopDelay);
        }
        Limits usual = Limits.DEFAULT;
        ServeSettings.Builder settings = ServeSettings.builder()
                .optHost(host)
                .optLimits(new Limits(
                        (long) maxBody << 20,
                        usual.underWay(),
                        Duration.ofSeconds(receive),
                        usual.idle(),
                        usual.connections(),
                        usual.pixels()))
                .optBatching(new BatchRules(
                        maxBatch, Duration.ofNanos(delay.movePointRight(6).longValue()), queue, instances))
                .optRule(Usage.choose(console.spec(), "--swap", swap, SwapRule.values(), each -> each.name()
                        .replaceFirst("_.*", "")
                        .toLowerCase(Locale.ROOT)))
                .optDrain(Duration.ofSeconds(drain))
                .optVersion(Version.current());
        if (http >= 0) {
            settings.optHttp(http);
        }
        if (grpc >= 0) {
            settings.optGrpc(grpc);
        }
        if (certificates != null) {
            settings.optTls(new Tls(certificates, key));
        }
        if (token != null) {
            settings.optToken(Token.read(token));
        }
        if (watch) {
            UpdateFolder updates =
                    new UpdateFolder(models, Optional.ofNullable(verify).map(SigningKeys::readPublic), new Told());
            settings.optWatch(LOOK).optBeforeLook(updates::look);
        } else if (verify != null) {
            throw new ParameterException(console.spec().commandLine(), "--verify goes with --watch");
        }
        if (log != null) {
            settings.optLog(
                    Usage.choose(console.spec(), "--log", log, new LogForm[] {LogForm.JSON}, each -> "json"),
                    System.err);
        }
        return settings.build();
    }

    /** Says on standard error what became of updates. */
    private final class Told implements UpdateFolder.Listener {
        @Override
        public void applied(Path model, Path update) {
            console.stage("ham: " + model + ": updated by " + update.getFileName());
        }

        @Override
        public void refused(Path update, RuntimeException reason) {
            console.warn(reason.getMessage());
        }
    }

    private void announce(InferenceServer server) {
        boolean open = !host.equals(LOOPBACK) && !host.equals("localhost") && !host.equals("::1");
        if (open && (token == null || certificates == null)) {
            console.warn("listening on " + host + " without "
                    + (token == null && certificates == null
                            ? "a token and without TLS"
                            : token == null ? "a token" : "TLS")
                    + ": whoever reaches it can use it");
        }
        ObjectNode json = JsonFiles.object();
        json.set("models", JsonFiles.tree(server.models()));
        StringBuilder text = new StringBuilder("serving " + String.join(", ", server.models()));
        String scheme = certificates == null ? "http" : "https";
        server.httpPort().ifPresent(port -> {
            json.put("http", port);
            text.append("\n  REST and page  ")
                    .append(scheme)
                    .append("://")
                    .append(host)
                    .append(':')
                    .append(port);
        });
        server.grpcPort().ifPresent(port -> {
            json.put("grpc", port);
            text.append("\n  gRPC           ").append(host).append(':').append(port);
        });
        console.result(text.toString(), json);
    }

    private void stop(InferenceServer server) {
        server.announceStop();
        try {
            Thread.sleep(Duration.ofSeconds(stopDelay).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!server.stop(Duration.ofSeconds(drain))) {
            console.warn("stopped after " + drain + " s with requests under way");
        }
    }
}
