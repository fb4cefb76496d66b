package ham.serve.repository;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the files of all models from time to time and loads what changed, once it looked the same twice, so that a copy under way is not taken.
 * What is refused is tried again when it changes. A model that was unloaded by a client stays so.
 */
public final class RepositoryWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("ham.serve");

    private final Repository repository;
    private final Map<String, Stamp> served = new HashMap<>();
    private final Map<String, Stamp> last = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /**
     * Begins, on a daemon thread.
     *
     * @param first what is done before every look
     */
    public RepositoryWatch(Repository repository, Duration every, Runnable first) {
        this.repository = repository;
        thread = new Thread(() -> watch(every, first), "ham-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch(Duration every, Runnable first) {
        try {
            while (!closed.await(every.toNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    first.run();
                    repository.models().stream().filter(ServedModel::wanted).forEach(this::look);
                } catch (RuntimeException | Error e) {
                    LOG.error("a look at the models", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(ServedModel model) {
        Stamp now = model.stamp();
        boolean settled = now.equals(last.put(model.name(), now));
        if (!settled || now.equals(served.get(model.name()))) {
            return;
        }
        served.put(model.name(), now);
        try {
            model.load();
        } catch (RuntimeException | Error e) {
            // The listener of the repository was told; what was in service still is.
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
