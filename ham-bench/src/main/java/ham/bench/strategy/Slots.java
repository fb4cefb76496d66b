package ham.bench.strategy;

import ham.runtime.model.Bound;

/** The places in which a strategy answers: sessions, or adapters of a session. */
interface Slots extends AutoCloseable {
    /** How many there are. */
    int count();

    /** The one that answers a task. */
    default int of(int task) {
        return count() == 1 ? 0 : task;
    }

    /** Pinned buffers to answer so many images in a slot, valid until the next call. */
    Bound bound(int slot, int images);

    @Override
    void close();
}
