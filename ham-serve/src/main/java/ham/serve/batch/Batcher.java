package ham.serve.batch;

import ham.serve.engine.Engine;
import ham.serve.protocol.Deadline;
import ham.serve.protocol.InferRequest;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The queue of one model that is open, and the threads that run it. The oldest request is always in the next run; those that fit beside it (same
 * adapter, same shape but for the rows) join it until the run is full or the oldest has waited long enough. A queue that is closed takes nothing
 * more and runs what it has; then the model is closed.
 */
public final class Batcher implements AutoCloseable {
    /** Bytes of all inputs of a run, unless one request has more. */
    private static final long MOST_BYTES = 256L << 20;

    /** Of the last run in the mean of all. */
    private static final double WEIGHT = 0.1;

    private final String model;
    private final Engine engine;
    private final BatchRules rules;
    private final Rows rows;
    private final boolean batches;
    private final ScheduledExecutorService timer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Ticket> queue = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private final RunOf runs;
    private final int mostRuns;
    private int alive;
    private int active;
    private boolean closed;
    /** What a row takes, a moving mean. */
    private volatile double rowNanos;

    /**
     * Begins.
     *
     * @param model its name, for messages and threads
     * @param engine closed after the last run
     * @param rows what may share a run
     * @param timer ends requests whose deadline passes
     */
    public Batcher(
            String model,
            Engine engine,
            BatchRules rules,
            Rows rows,
            ScheduledExecutorService timer,
            BatchListener listener) {
        this.model = model;
        this.engine = engine;
        this.rules = rules;
        this.rows = rows;
        this.batches = rows.joined() && rules.maxRows() > 1;
        this.timer = timer;
        this.runs = new RunOf(model, engine, (requests, count, nanos) -> {
            ran(count, nanos);
            listener.ran(requests, count, nanos);
        });
        mostRuns = Math.min(rules.runs(), engine.mostRuns());
        alive = mostRuns;
        for (int i = 0; i < mostRuns; i++) {
            Thread thread = new Thread(this::work, "ham-run-" + model + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /**
     * Takes a request, whose tensors fit the model, into the queue; or runs it at once, if the caller may wait and nothing is before it.
     *
     * @param here nanoseconds that this thread may be kept by a run, judged by those before; 0 for none, {@link Long#MAX_VALUE} for any. To hand a
     *     request to another thread costs more than a short run
     * @return empty when this was closed: a newer model takes its requests
     * @throws ServeException if the queue is full, the deadline passed, or the request has more rows than a run
     */
    public Optional<Ticket> submit(InferRequest request, Completion completion, long here) {
        Ticket ticket = ticket(request, completion);
        boolean now;
        if (request.deadline().passed()) {
            throw Deadline.exceeded();
        }
        lock.lock();
        try {
            if (closed) {
                return Optional.empty();
            }
            if (queue.size() >= rules.queue()) {
                throw new ServeException(
                        Status.BUSY,
                        model + ": expected room in the queue, found " + queue.size()
                                + " requests waiting; try again later.");
            }
            now = expected(ticket.rows()) < here
                    && queue.isEmpty()
                    && active < mostRuns
                    && rules.delay().isZero();
            if (now) {
                active++;
            } else {
                queue.add(ticket);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        if (request.deadline().isSet()) {
            ticket.expireBy(timer.schedule(
                    ticket::expire, Math.max(0, request.deadline().left()), TimeUnit.NANOSECONDS));
        }
        if (now) {
            run(List.of(ticket));
        }
        return Optional.of(ticket);
    }

    /** Nanoseconds that a run may take; as good as for ever while there was none. */
    private long expected(int count) {
        double one = rowNanos;
        return one == 0 ? Long.MAX_VALUE - 1 : (long) (one * count);
    }

    /** Of two runs at the same time one may go uncounted. */
    private void ran(int count, long nanos) {
        double now = (double) nanos / count;
        rowNanos = rowNanos == 0 ? now : rowNanos + WEIGHT * (now - rowNanos);
    }

    private void run(List<Ticket> tickets) {
        try {
            runs.run(tickets);
        } finally {
            lock.lock();
            try {
                active--;
                if (closed) {
                    changed.signalAll();
                } else if (!queue.isEmpty()) {
                    changed.signal();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private Ticket ticket(InferRequest request, Completion completion) {
        List<List<Long>> tails = new ArrayList<>();
        int count = 1;
        if (rows.counted()) {
            List<Long> all = engine.inputs().stream()
                    .map(input -> request.inputs().get(input.name()).shape().get(0))
                    .toList();
            long first = all.get(0);
            if (first < 1 || first > rows.most() || !all.stream().allMatch(each -> each == first)) {
                throw ServeException.invalid(model + ": expected every input to have the same number of rows, "
                        + (rows.most() == Integer.MAX_VALUE ? "at least 1" : "from 1 to " + rows.most()) + ", found "
                        + all + ".");
            }
            count = (int) first;
            engine.inputs().forEach(input -> {
                List<Long> shape = request.inputs().get(input.name()).shape();
                tails.add(shape.subList(1, shape.size()));
            });
        }
        return new Ticket(this, request, new Ticket.Kind(request.adapter(), tails), count, completion);
    }

    /** Requests that wait. */
    public int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    void forget(Ticket ticket) {
        lock.lock();
        try {
            queue.remove(ticket);
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try {
            for (List<Ticket> next = next(); !next.isEmpty(); next = next()) {
                run(next);
            }
        } finally {
            if (isLast()) {
                engine.close();
            }
        }
    }

    private boolean isLast() {
        lock.lock();
        try {
            alive--;
            closed = closed || alive == 0;
            return alive == 0;
        } finally {
            lock.unlock();
        }
    }

    /** The requests of the next run; empty once closed and done. */
    private List<Ticket> next() {
        lock.lock();
        try {
            while (true) {
                Ticket oldest = queue.peek();
                if (oldest == null && closed && active == 0) {
                    return List.of();
                }
                if (oldest == null || active == mostRuns) {
                    changed.awaitUninterruptibly();
                    continue;
                }
                long left = rules.delay().toNanos() - (System.nanoTime() - oldest.arrived());
                if (closed || !batches || left <= 0 || full(oldest)) {
                    List<Ticket> taken = take(oldest);
                    active++;
                    return taken;
                }
                try {
                    changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    closed = true; // nobody here interrupts: the process ends
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean full(Ticket oldest) {
        int there = 0;
        for (Ticket each : queue) {
            if (each.kind().equals(oldest.kind())) {
                there += each.rows();
            }
        }
        return there >= rules.maxRows();
    }

    /** The oldest request and those behind it that fit into its run. */
    private List<Ticket> take(Ticket oldest) {
        List<Ticket> fitting = new ArrayList<>();
        int count = 0;
        long bytes = 0;
        for (Iterator<Ticket> each = queue.iterator(); each.hasNext(); ) {
            Ticket ticket = each.next();
            boolean fits = ticket == oldest
                    || (batches
                            && count + ticket.rows() <= rules.maxRows()
                            && bytes + RunOf.bytes(ticket) <= MOST_BYTES
                            && ticket.kind().equals(oldest.kind()));
            if (fits) {
                fitting.add(ticket);
                count += ticket.rows();
                bytes += RunOf.bytes(ticket);
                each.remove();
            }
            if (!batches || count >= rules.maxRows()) {
                break;
            }
        }
        return fitting;
    }

    /** Takes nothing more; what waits is run, and then the model is closed. Does not wait for that. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the last run; false if that took longer. */
    public boolean awaitEnd(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        try {
            for (Thread each : threads) {
                each.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
                if (each.isAlive()) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
