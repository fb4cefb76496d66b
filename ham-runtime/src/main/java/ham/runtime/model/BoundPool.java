package ham.runtime.model;

import ham.runtime.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Pinned buffers of one model that nobody uses at the moment, the last used first. As many are made as there are runs of one shape at once; of
 * those that are given back {@value #MOST_IDLE} are kept, and no more than {@value #MOST_IDLE_BYTES} bytes.
 */
public final class BoundPool implements AutoCloseable {
    private static final int MOST_IDLE = 32;
    private static final long MOST_IDLE_BYTES = 256L << 20;

    private final Model model;
    private final long mostIdleBytes;
    private final ArrayDeque<Shaped> idle = new ArrayDeque<>();
    private long idleBytes;
    private boolean closed;

    /** Begins empty. */
    public BoundPool(Model model) {
        this(model, MOST_IDLE_BYTES);
    }

    BoundPool(Model model, long mostIdleBytes) {
        this.model = model;
        this.mostIdleBytes = mostIdleBytes;
    }

    /** A bound of that shape, to be given back. */
    public Shaped take(long[] shape) {
        synchronized (this) {
            for (Iterator<Shaped> each = idle.iterator(); each.hasNext(); ) {
                Shaped shaped = each.next();
                if (Arrays.equals(shaped.shape, shape)) {
                    each.remove();
                    idleBytes -= shaped.bytes;
                    return shaped;
                }
            }
        }
        Bound bound = model.bind(shape);
        long bytes = bound.input().capacity();
        for (Tensor output : bound.outputs()) {
            bytes += output.data().capacity();
        }
        return new Shaped(bound, shape.clone(), bytes);
    }

    /** Gives back; closes what is not kept: what was not used for longest. */
    public void give(Shaped shaped) {
        synchronized (this) {
            idle.addFirst(shaped);
            idleBytes += shaped.bytes;
        }
        for (Shaped surplus = surplus(); surplus != null; surplus = surplus()) {
            surplus.bound.close();
        }
    }

    private synchronized Shaped surplus() {
        if (idle.isEmpty() || (!closed && idle.size() <= MOST_IDLE && idleBytes <= mostIdleBytes)) {
            return null;
        }
        Shaped oldest = idle.removeLast();
        idleBytes -= oldest.bytes;
        return oldest;
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (Shaped each = surplus(); each != null; each = surplus()) {
            each.bound.close();
        }
    }

    /** A bound with the shape of its input and the bytes of all its buffers. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Shaped(Bound bound, long[] shape, long bytes) {}
}
