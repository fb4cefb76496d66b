package ham.bench.strategy;

import ham.runtime.model.Bound;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;

/** Pinned buffers by number of images and slot; those that were not used for longest are given up when all inputs together grow too large. */
final class BoundCache<B extends Bound> implements AutoCloseable {
    private static final long MOST_BYTES = 256L << 20;

    private final LongFunction<B> maker;
    private final Map<Long, B> bounds = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * An empty cache.
     *
     * @param maker makes filled buffers for a key of {@link #key}
     */
    BoundCache(LongFunction<B> maker) {
        this.maker = maker;
    }

    static long key(int slot, int count) {
        return (long) slot << 32 | count;
    }

    static int slot(long key) {
        return (int) (key >> 32);
    }

    static int count(long key) {
        return (int) key;
    }

    B get(int slot, int count) {
        long key = key(slot, count);
        B found = bounds.get(key);
        if (found == null) {
            found = maker.apply(key);
            bytes += found.input().capacity();
            bounds.put(key, found);
            while (bytes > MOST_BYTES && bounds.size() > 1) {
                B eldest = bounds.remove(bounds.keySet().iterator().next());
                bytes -= eldest.input().capacity();
                eldest.close();
            }
        }
        return found;
    }

    @Override
    public void close() {
        bounds.values().forEach(Bound::close);
        bounds.clear();
        bytes = 0;
    }
}
