package ham.serve.rest;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Reads what is left of a request that was answered before all of it had come, and throws it away. A connection that is
 * closed with bytes unread is reset, and a client that is still sending then loses the answer that says why. How long it may
 * take is bounded by {@link ConnectionGuard} and by the time that a connection may be idle.
 */
final class Drain implements Runnable, Callback {
    private final Request request;
    private final Runnable after;
    private final Callback callback;

    /**
     * What to call once the answer is written.
     *
     * @param after done when nothing is left
     * @param callback ends the request then
     */
    static Callback then(Request request, Runnable after, Callback callback) {
        // Whoever waits for leave to send its body sends none after a refusal.
        return request.getHeaders().contains(HttpHeader.EXPECT) ? callback : new Drain(request, after, callback);
    }

    private Drain(Request request, Runnable after, Callback callback) {
        this.request = request;
        this.after = after;
        this.callback = callback;
    }

    @Override
    public void succeeded() {
        run();
    }

    @Override
    public void failed(Throwable failure) {
        callback.failed(failure);
    }

    @Override
    public void run() {
        try {
            read();
        } catch (RuntimeException | Error e) {
            callback.failed(e);
        }
    }

    private void read() {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            chunk.release();
            if (chunk.isLast()) {
                after.run();
                callback.succeeded();
                return;
            }
        }
    }
}
