package ham.serve.observe;

import ham.serve.batch.Outcome;
import ham.serve.protocol.Status;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** One request from its arrival to its end, as it is logged and counted. */
public final class Exchange {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:/+=-]{1,128}");

    private static final String PREFIX = UUID.randomUUID().toString().substring(0, 18) + "-";
    private static final AtomicLong COUNT = new AtomicLong();

    private final String id;
    private final String protocol;
    private final String call;
    private final String remote;
    private final long begun = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile String model = "";
    private volatile long version;
    private volatile String adapter = "";
    private volatile long bytesIn;
    private volatile long bytesOut;
    private volatile Outcome outcome;

    /**
     * A request arrives.
     *
     * @param id what the client calls it; another is made where that is missing or odd
     * @param protocol {@code http} or {@code grpc}
     * @param call what it wants, out of a small number of words
     * @param remote address of the client
     */
    public Exchange(String id, String protocol, String call, String remote) {
        this.id = id != null && ID.matcher(id).matches() ? id : PREFIX + COUNT.incrementAndGet();
        this.protocol = protocol;
        this.call = call;
        this.remote = remote;
    }

    /** What it is called. */
    public String id() {
        return id;
    }

    /** What answers it: the name of a model that is there. */
    public void model(String name, long number) {
        model = name;
        version = number;
    }

    /** With which adapter. */
    public void adapter(Optional<String> name) {
        adapter = name.orElse("");
    }

    /** Bytes of its body. */
    public void received(long bytes) {
        bytesIn = bytes;
    }

    /** Bytes of its answer's body. */
    public void sent(long bytes) {
        bytesOut = bytes;
    }

    /** How its run went. */
    public void outcome(Outcome run) {
        outcome = run;
    }

    /** Ends it, the first time. */
    boolean end() {
        return ended.compareAndSet(false, true);
    }

    /** As it is told. */
    Told told(Status status, String reason) {
        Outcome run = outcome;
        return new Told(
                Instant.now().toString(),
                id,
                protocol,
                call,
                model,
                version,
                adapter,
                status.http(),
                (System.nanoTime() - begun) / 1e6,
                run == null ? 0 : run.queueNanos() / 1e6,
                run == null ? 0 : run.runNanos() / 1e6,
                run == null ? 0 : run.rows(),
                bytesIn,
                bytesOut,
                remote,
                reason);
    }

    /**
     * A line of the log.
     *
     * @param time of its end
     * @param ms from its arrival to its end
     * @param queueMs of that, in the queue
     * @param runMs of that, in the model
     * @param batch rows of its run, with those of others
     * @param error why it was not answered; empty if it was
     */
    public record Told(
            String time,
            String id,
            String protocol,
            String call,
            String model,
            long version,
            String adapter,
            int status,
            double ms,
            double queueMs,
            double runMs,
            int batch,
            long bytesIn,
            long bytesOut,
            String remote,
            String error) {}
}
