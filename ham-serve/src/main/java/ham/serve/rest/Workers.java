package ham.serve.rest;

import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads for what takes long, decoding images and loading models, so that short requests do not wait behind it. */
final class Workers implements AutoCloseable {
    private final ThreadPoolExecutor pool;

    Workers(int threads, int queue) {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), work -> {
            Thread thread = new Thread(work, "ham-work-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Does it later.
     *
     * @param reply hears of what the work throws
     * @throws ServeException if too much waits already
     */
    void submit(Reply reply, Runnable work) {
        try {
            pool.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException | Error e) {
                    reply.fail(e);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new ServeException(Status.BUSY, "Expected room in the queue, found it full; try again later.", e);
        }
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
