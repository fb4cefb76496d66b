package ham.serve.batch;

import ham.serve.protocol.Deadline;
import ham.serve.protocol.InferRequest;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** A request that was taken into a queue. */
public final class Ticket {
    private final InferRequest request;
    private final Kind kind;
    private final int rows;
    private final Completion completion;
    private final long arrived = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Batcher batcher;
    private volatile ScheduledFuture<?> expiry;

    /** What requests must have in common to share a run. */
    record Kind(Optional<String> adapter, List<List<Long>> tails) {}

    Ticket(Batcher batcher, InferRequest request, Kind kind, int rows, Completion completion) {
        this.batcher = batcher;
        this.request = request;
        this.kind = kind;
        this.rows = rows;
        this.completion = completion;
    }

    /** Nobody waits for the answer any more. */
    public void cancel() {
        batcher.forget(this);
        fail(new ServeException(Status.CANCELLED, "The client went away."));
    }

    void expire() {
        batcher.forget(this);
        fail(Deadline.exceeded());
    }

    void expireBy(ScheduledFuture<?> future) {
        expiry = future;
        if (ended.get()) {
            future.cancel(false);
        }
    }

    void answer(Outcome outcome, boolean alone) {
        if (end()) {
            try {
                completion.answered(outcome, alone);
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }
    }

    void fail(Throwable failure) {
        if (end()) {
            failed(failure);
        }
    }

    /** A completion that fails to tell a failure has nobody left to tell it to; the run of others goes on. */
    private void failed(Throwable failure) {
        try {
            completion.failed(failure);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    private boolean end() {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        ScheduledFuture<?> scheduled = expiry;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
        return true;
    }

    boolean hasEnded() {
        return ended.get();
    }

    InferRequest request() {
        return request;
    }

    Kind kind() {
        return kind;
    }

    int rows() {
        return rows;
    }

    long arrived() {
        return arrived;
    }
}
