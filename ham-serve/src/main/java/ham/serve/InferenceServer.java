package ham.serve;

import ham.serve.grpc.GrpcServer;
import ham.serve.observe.Metrics;
import ham.serve.observe.Observer;
import ham.serve.repository.Openers;
import ham.serve.repository.Repository;
import ham.serve.repository.RepositoryWatch;
import ham.serve.repository.ServedModel;
import ham.serve.rest.HttpServer;
import ham.serve.service.Budget;
import ham.serve.service.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** A server that runs: models of a file or folder over REST and gRPC. */
public final class InferenceServer implements AutoCloseable {
    private final ServeSettings settings;
    private final ScheduledThreadPoolExecutor timer;
    private final Service.State state = new Service.State();
    private Repository repository;
    private Optional<RepositoryWatch> watch = Optional.empty();
    private Optional<HttpServer> http = Optional.empty();
    private Optional<GrpcServer> grpc = Optional.empty();
    private boolean stopped;

    private InferenceServer(ServeSettings settings) {
        this.settings = settings;
        timer = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "ham-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * Loads the models and begins to listen.
     *
     * @param models a model file, a folder of them, a folder with adapters, or a model repository of Triton
     * @throws ham.common.HamException if a model cannot be served or a port is not free
     */
    public static InferenceServer start(Path models, Openers openers, ServeSettings settings) {
        InferenceServer server = new InferenceServer(settings);
        try {
            server.begin(models, openers);
            return server;
        } catch (RuntimeException | Error e) {
            server.stop(Duration.ofSeconds(1));
            throw e;
        }
    }

    private void begin(Path models, Openers openers) {
        Metrics metrics = new Metrics();
        Observer observer = new Observer(settings.log(), settings.out(), metrics);
        repository = Repository.open(models, openers, settings.batching(), settings.rule(), timer, observer);
        repository.models().forEach(model -> metrics.queue(model.name(), model::waiting));
        Budget budget = new Budget(settings.limits().underWay());
        metrics.gauge("ham.requests.bytes", "Bytes of requests under way", budget::taken);
        Service service = new Service(
                repository,
                observer,
                metrics,
                settings.token(),
                settings.limits(),
                budget,
                state,
                timer,
                settings.version());
        if (settings.http().isPresent()) {
            http = Optional.of(
                    HttpServer.start(service, settings.host(), settings.http().getAsInt(), settings.tls()));
        }
        if (settings.grpc().isPresent()) {
            grpc = Optional.of(
                    GrpcServer.start(service, settings.host(), settings.grpc().getAsInt(), settings.tls()));
        }
        watch = settings.watch().map(every -> new RepositoryWatch(repository, every, settings.beforeLook()));
    }

    /** Port of REST, where it listens. */
    public OptionalInt httpPort() {
        return http.map(each -> OptionalInt.of(each.port())).orElse(OptionalInt.empty());
    }

    /** Port of gRPC, where it listens. */
    public OptionalInt grpcPort() {
        return grpc.map(each -> OptionalInt.of(each.port())).orElse(OptionalInt.empty());
    }

    /** Names of the models. */
    public List<String> models() {
        return repository.models().stream().map(ServedModel::name).toList();
    }

    /** Is not ready any more, while it answers as before: whoever distributes requests should take them elsewhere. */
    public void announceStop() {
        state.stop();
    }

    /** Takes no more requests, answers those under way and closes the models; may be repeated. */
    @Override
    public void close() {
        stop(settings.drain());
    }

    /** As {@link #close}, and tells whether all requests were answered within that time. */
    public synchronized boolean stop(Duration time) {
        if (stopped) {
            return true;
        }
        stopped = true;
        state.stop();
        long until = System.nanoTime() + time.toNanos();
        watch.ifPresent(RepositoryWatch::close);
        List<Boolean> drained = new ArrayList<>();
        Thread calls = new Thread(() -> grpc.ifPresent(each -> each.stop(left(until))), "ham-stop-grpc");
        calls.start();
        http.ifPresent(each -> drained.add(each.stop(left(until))));
        try {
            calls.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (repository != null) {
            drained.add(repository.close(left(until)));
        }
        timer.shutdownNow();
        return !drained.contains(false);
    }

    private static Duration left(long until) {
        return Duration.ofNanos(Math.max(1_000_000, until - System.nanoTime()));
    }
}
