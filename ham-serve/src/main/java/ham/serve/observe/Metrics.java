package ham.serve.observe;

import ham.serve.batch.BatchListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * Numbers for Prometheus. Latencies in seconds as histograms with fixed bounds; the labels take few values: models that are there, protocols and
 * statuses.
 */
public final class Metrics {
    private static final Duration[] BOUNDS = DoubleStream.of(
                    0.25, 0.5, 1, 2, 3, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
            .mapToObj(ms -> Duration.ofNanos((long) (ms * 1e6)))
            .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Ended, Timer> ended = new ConcurrentHashMap<>();

    /** The labels of a request's end. */
    private record Ended(String protocol, String call, String model, int status) {}

    /** Begins with what the process needs. */
    public Metrics() {
        Gauge.builder("process.resident.memory", ProcessMemory::bytes)
                .baseUnit("bytes")
                .description("Physical memory of the process")
                .register(registry);
        Gauge.builder("ham.heap.used", () -> ManagementFactory.getMemoryMXBean()
                        .getHeapMemoryUsage()
                        .getUsed())
                .baseUnit("bytes")
                .description("Used part of the Java heap")
                .register(registry);
    }

    /** The requests that wait for a model. */
    public void queue(String model, Supplier<Number> waiting) {
        Gauge.builder("ham.queue.requests", waiting)
                .tag("model", model)
                .description("Requests that wait for a run")
                .register(registry);
    }

    /** Something that is counted from outside. */
    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    void ended(Exchange.Told told) {
        ended.computeIfAbsent(
                        new Ended(told.protocol(), told.call(), told.model(), told.status()),
                        labels -> Timer.builder("ham.request")
                                .description("Requests from arrival to answer")
                                .tags(
                                        "protocol",
                                        labels.protocol(),
                                        "call",
                                        labels.call(),
                                        "model",
                                        labels.model(),
                                        "status",
                                        Integer.toString(labels.status()))
                                .serviceLevelObjectives(BOUNDS)
                                .register(registry))
                .record((long) (told.ms() * 1e6), TimeUnit.NANOSECONDS);
        if (told.batch() > 0) {
            timer("ham.queue.wait", "Time that requests waited for a run", told.model())
                    .record((long) (told.queueMs() * 1e6), TimeUnit.NANOSECONDS);
        }
    }

    BatchListener runs(String model) {
        Timer runs = timer("ham.run", "Runs of the model", model);
        DistributionSummary rows = DistributionSummary.builder("ham.batch.rows")
                .description("Rows of a run")
                .tag("model", model)
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128)
                .register(registry);
        DistributionSummary requests = DistributionSummary.builder("ham.batch.requests")
                .description("Requests in a run")
                .tag("model", model)
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128)
                .register(registry);
        return (count, size, nanos) -> {
            runs.record(nanos, TimeUnit.NANOSECONDS);
            rows.record(size);
            requests.record(count);
        };
    }

    void swapped(String model) {
        counter("ham.swaps", "Models replaced under load", model).increment();
    }

    void refused(String model) {
        counter("ham.swaps.refused", "Newer states of a model that could not be served", model)
                .increment();
    }

    private Timer timer(String name, String description, String model) {
        return Timer.builder(name)
                .description(description)
                .tag("model", model)
                .serviceLevelObjectives(BOUNDS)
                .register(registry);
    }

    private Counter counter(String name, String description, String model) {
        return Counter.builder(name)
                .description(description)
                .tag("model", model)
                .register(registry);
    }

    /** All numbers in Prometheus' text form. */
    public String text() {
        return registry.scrape();
    }
}
