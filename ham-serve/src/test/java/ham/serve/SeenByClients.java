package ham.serve;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** What clients saw who ask one request after the other, each on a connection of its own. */
final class SeenByClients {
    final AtomicLong answered = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong lost = new AtomicLong();
    final AtomicLong last = new AtomicLong(System.nanoTime());
    final AtomicLong gap = new AtomicLong();

    void ask(int port, byte[] request) {
        RawHttp http;
        try {
            http = new RawHttp(port);
        } catch (IOException e) {
            refused.incrementAndGet();
            return;
        }
        try (http) {
            int status = http.send(request);
            if (status == 200) {
                answered.incrementAndGet();
                long now = System.nanoTime();
                long before = last.getAndSet(now);
                gap.accumulateAndGet(now - before, Math::max);
            } else {
                refused.incrementAndGet();
            }
        } catch (IOException e) {
            lost.incrementAndGet();
        }
    }
}
