package ham.runtime.tensorrt;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A stage of long work that is over.
 *
 * @param result what it made
 * @param seconds what it took
 */
record Stage<T>(T result, double seconds) {
    /** Does the work on this thread while another one tells every second how long it has lasted. */
    static <T> Stage<T> run(BiConsumer<String, Duration> progress, String name, Supplier<T> work) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "ham-engine-progress");
            thread.setDaemon(true);
            return thread;
        });
        long start = System.nanoTime();
        progress.accept(name, Duration.ZERO);
        var unused = timer.scheduleAtFixedRate(
                () -> progress.accept(name, Duration.ofNanos(System.nanoTime() - start)), 1, 1, TimeUnit.SECONDS);
        try {
            T result = work.get();
            return new Stage<>(result, (System.nanoTime() - start) / 1e9);
        } finally {
            timer.shutdownNow();
        }
    }
}
