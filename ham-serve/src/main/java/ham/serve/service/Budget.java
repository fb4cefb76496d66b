package ham.serve.service;

import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes of requests that are under way, and how many may be. */
public final class Budget {
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    /** Begins with nothing taken. */
    public Budget(long most) {
        this.most = most;
    }

    /**
     * Takes bytes, to be given back.
     *
     * @throws ServeException if there are not as many left
     */
    public void take(long bytes) {
        long now = taken.addAndGet(bytes);
        if (now > most) {
            taken.addAndGet(-bytes);
            throw new ServeException(
                    Status.BUSY,
                    "Expected room for a request of " + bytes + " bytes, found " + (now - bytes) + " of " + most
                            + " bytes taken by requests under way; try again later.");
        }
    }

    /** How many bytes may be taken at all. */
    public long most() {
        return most;
    }

    /** Gives back. */
    public void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    /** Bytes that are taken. */
    public long taken() {
        return taken.get();
    }
}
