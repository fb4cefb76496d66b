package ham.serve.rest;

import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.service.Budget;
import ham.serve.service.Service;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** Reads a body as it comes, up to the limits of its length, of the bytes under way, and of the time that it may take. */
final class BodyReader implements Runnable {
    /** What is allocated on the word of a client. */
    private static final int FIRST = 1 << 20;

    private final Request request;
    private final Service service;
    private final Reply reply;
    private final Reader reader;
    private final AtomicBoolean ended = new AtomicBoolean();
    private ScheduledFuture<?> timeout;
    private byte[] bytes = new byte[0];
    private int length;
    private long taken;
    private boolean released;

    /** What becomes of the body; what it throws is the answer. */
    interface Reader {
        /**
         * It is there.
         *
         * @param length how much of the array it is
         */
        void read(byte[] bytes, int length) throws IOException;
    }

    private BodyReader(Request request, Service service, Reply reply, Reader reader) {
        this.request = request;
        this.service = service;
        this.reply = reply;
        this.reader = reader;
    }

    /** Begins. What it takes of the bytes under way is given back with the answer. */
    static void read(Request request, Service service, Reply reply, Reader reader) {
        BodyReader body = new BodyReader(request, service, reply, reader);
        reply.whenSent(body::release);
        try {
            long said = request.getLength();
            body.require(said);
            body.grow((int) Math.min(said, FIRST));
            body.run();
        } catch (ServeException e) {
            body.fail(e);
        }
    }

    private synchronized void release() {
        released = true;
        service.budget().give(taken);
        taken = 0;
        bytes = new byte[0];
    }

    private void require(long wanted) {
        if (wanted > service.limits().body()) {
            throw new ServeException(
                    Status.TOO_LARGE,
                    "Expected a body of at most " + service.limits().body() + " bytes, found "
                            + (request.getLength() > 0 ? request.getLength() : "more") + ".");
        }
    }

    @Override
    public void run() {
        try {
            while (!ended.get()) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    limitTime();
                    request.demand(this);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    fail(new ServeException(
                            Status.CANCELLED,
                            "The client went away in the middle of its request.",
                            chunk.getFailure()));
                    return;
                }
                boolean last = chunk.isLast();
                try {
                    append(chunk.getByteBuffer());
                } finally {
                    chunk.release();
                }
                if (last) {
                    if (ended.compareAndSet(false, true)) {
                        cancelTimeout();
                        finish();
                    }
                    return;
                }
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Most bodies are there with the headers and need no clock. */
    private synchronized void limitTime() {
        if (timeout == null && !ended.get()) {
            timeout = service.timer()
                    .schedule(this::tooSlow, service.limits().receive().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void tooSlow() {
        fail(new ServeException(
                Status.TOO_SLOW,
                "Expected the whole request within "
                        + service.limits().receive().toMillis() / 1000.0 + " s, found " + length
                        + " bytes of its body."));
    }

    private synchronized void cancelTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    private void finish() {
        reply.exchange().received(length);
        try {
            reader.read(bytes, length);
        } catch (IOException | RuntimeException | Error e) {
            reply.fail(e);
        }
    }

    private synchronized void append(ByteBuffer part) {
        int more = part.remaining();
        if (length + more > bytes.length) {
            require((long) length + more);
            long said = request.getLength();
            long most = said > 0 ? said : service.limits().body();
            grow((int) Math.max(length + more, Math.min(most, 4L * bytes.length)));
        }
        part.get(bytes, length, more);
        length += more;
    }

    private synchronized void grow(int size) {
        if (released) {
            throw new ServeException(Status.CANCELLED, "The request was answered before all of it was there.");
        }
        if (size > bytes.length) {
            Budget budget = service.budget();
            budget.take(size - taken);
            taken = size;
            bytes = Arrays.copyOf(bytes, size);
        }
    }

    private void fail(Throwable failure) {
        if (ended.compareAndSet(false, true)) {
            cancelTimeout();
            reply.fail(failure);
        }
    }
}
