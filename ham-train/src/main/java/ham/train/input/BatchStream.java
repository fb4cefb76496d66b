package ham.train.input;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Batches that a thread of its own makes ahead of whoever takes them: at most two wait, so memory is bounded, and decoding, augmenting
 * and normalising cost the taker no time unless they are slower than it. What goes wrong there is thrown where the batch would have been
 * taken.
 */
public final class BatchStream implements AutoCloseable {
    /** One at the taker, two waiting. */
    private static final int BUFFERS = 3;

    /** Fills one batch. */
    public interface Filler {
        /**
         * Appends examples.
         *
         * @param number of the batch, from 0, each once and in order
         * @return their targets
         */
        int[] fill(int number, InputSource.Writer batch);
    }

    private record Filled(InputSource.Writer writer, Batch batch, Throwable failure) {}

    private final BlockingQueue<InputSource.Writer> free = new LinkedBlockingQueue<>();
    private final BlockingQueue<Filled> ready = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final int count;
    private volatile boolean closed;
    private int taken;
    /** The buffer that the taker reads; null before the first. */
    private InputSource.Writer lent;

    /**
     * Starts to fill batches.
     *
     * @param source of the examples
     * @param capacity the most examples of a batch
     * @param count how many batches there will be
     */
    public BatchStream(InputSource source, int capacity, int count, Filler filler) {
        this.count = count;
        for (int i = 0; i < Math.min(BUFFERS, count); i++) {
            free.add(source.newWriter(capacity));
        }
        thread = new Thread(() -> fill(filler), "ham-batches");
        thread.setDaemon(true);
        thread.start();
    }

    private void fill(Filler filler) {
        try {
            for (int number = 0; number < count; number++) {
                InputSource.Writer writer = free.take();
                if (closed) {
                    return;
                }
                writer.clear();
                int[] targets = filler.fill(number, writer);
                ready.add(new Filled(writer, new Batch(writer.inputs(), targets), null));
            }
        } catch (RuntimeException | Error e) {
            ready.add(new Filled(null, null, e));
        } catch (InterruptedException e) {
            ready.add(new Filled(null, null, new IllegalStateException("interrupted", e)));
        }
    }

    /**
     * The next batch, valid until the one after it is asked for.
     *
     * @throws IllegalStateException after the last
     */
    public Batch next() {
        if (taken == count) {
            throw new IllegalStateException("there were only " + count + " batches");
        }
        if (lent != null) {
            free.add(lent);
        }
        Filled filled;
        try {
            filled = ready.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        if (filled.failure() instanceof Error error) {
            throw error;
        }
        if (filled.failure() instanceof RuntimeException failure) {
            throw failure;
        }
        lent = filled.writer();
        taken++;
        return filled.batch();
    }

    /** Ends the thread, which at most finishes the batch that it is at. It is not interrupted: that would close the files it reads. */
    @Override
    public void close() {
        closed = true;
        if (lent != null) {
            free.add(lent);
        }
        ready.forEach(filled -> {
            if (filled.writer() != null) {
                free.add(filled.writer());
            }
        });
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
