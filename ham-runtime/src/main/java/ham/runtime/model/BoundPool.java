package ham.runtime.model;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Pinned buffers of one model that nobody uses at the moment, the last used first. As many are made as there are runs at once; of those that
 * are given back {@value #MOST_IDLE} are kept.
 */
public final class BoundPool implements AutoCloseable {
    private static final int MOST_IDLE = 32;

    private final Model model;
    private final ArrayDeque<Shaped> idle = new ArrayDeque<>();
    private boolean closed;

    /** Begins empty. */
    public BoundPool(Model model) {
        this.model = model;
    }

    /** A bound of that shape, to be given back. */
    public Shaped take(long[] shape) {
        synchronized (this) {
            for (Iterator<Shaped> each = idle.iterator(); each.hasNext(); ) {
                Shaped shaped = each.next();
                if (Arrays.equals(shaped.shape, shape)) {
                    each.remove();
                    return shaped;
                }
            }
        }
        return new Shaped(model.bind(shape), shape.clone());
    }

    /** Gives back; closes what is not kept. */
    public void give(Shaped shaped) {
        Shaped surplus = shaped;
        synchronized (this) {
            if (!closed) {
                idle.addFirst(shaped);
                surplus = idle.size() > MOST_IDLE ? idle.removeLast() : null;
            }
        }
        if (surplus != null) {
            surplus.bound.close();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(each -> each.bound.close());
        idle.clear();
    }

    /** A bound with the shape of its input. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Shaped(Bound bound, long[] shape) {}
}
