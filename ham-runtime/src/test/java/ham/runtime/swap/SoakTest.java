package ham.runtime.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ham.runtime.classify.Classifier;
import ham.runtime.classify.Supplement;
import ham.runtime.image.RgbImage;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.model.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A million requests on two threads, tensors and images in turn, with a swap of the model at every {@value #BETWEEN_SWAPS}th: resident memory
 * must not grow. Run with {@code ./mvnw -Psoak -pl ham-runtime test}; the heap has a fixed size there and is touched beforehand.
 */
@Tag("soak")
class SoakTest {
    private static final int REQUESTS = Integer.getInteger("ham.soak.requests", 1_000_000);
    private static final int BETWEEN_SWAPS = 50_000;
    private static final int BETWEEN_SAMPLES = 10_000;
    /** A leaked handle of ONNX Runtime would be some hundreds. */
    private static final double MOST_BYTES_PER_REQUEST = 12;

    private static final int SIDE = 8;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final AtomicInteger done = new AtomicInteger();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Test
    void residentMemoryIsFlatOverAMillionRequests() throws InterruptedException {
        assumeTrue(Files.isReadable(STATUS), "resident memory cannot be measured here");
        List<double[]> samples = new ArrayList<>();
        try (ClassifierSlot slot = new ClassifierSlot(open(), SwapRule.SAME_LABELS, 3)) {
            List<Thread> threads = List.of(requesting(slot), requesting(slot));
            for (int next = BETWEEN_SAMPLES; next <= REQUESTS && failures.isEmpty(); next += BETWEEN_SAMPLES) {
                while (done.get() < next && failures.isEmpty()) {
                    Thread.sleep(1);
                }
                if (next % BETWEEN_SWAPS == 0) {
                    slot.swap(SoakTest::open);
                }
                samples.add(new double[] {done.get(), residentBytes()});
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        if (!failures.isEmpty()) {
            fail("a request failed", failures.peek());
        }
        List<double[]> steady = samples.subList(samples.size() / 5, samples.size());
        double slope = slope(steady);
        System.out.printf(
                "soak: %d requests, resident %.1f MB after a fifth, %.1f MB at the end, %.2f bytes a request%n",
                done.get(), steady.get(0)[1] / 1e6, steady.get(steady.size() - 1)[1] / 1e6, slope);
        assertThat(slope).isLessThan(MOST_BYTES_PER_REQUEST);
    }

    private Thread requesting(ClassifierSlot slot) {
        Thread thread = new Thread(() -> {
            FloatBuffer pixels = FloatBuffer.allocate(3 * SIDE * SIDE);
            RgbImage image = new RgbImage(SIDE, SIDE, new byte[3 * SIDE * SIDE]);
            try {
                int request;
                while ((request = done.getAndIncrement()) < REQUESTS) {
                    boolean tensor = request % 2 == 0;
                    slot.use(classifier -> tensor ? classifier.classify(pixels, 3) : classifier.classify(image, 3));
                }
            } catch (RuntimeException e) {
                failures.add(e);
            }
        });
        thread.start();
        return thread;
    }

    /** Least squares, bytes a request. */
    private static double slope(List<double[]> samples) {
        double x = samples.stream().mapToDouble(each -> each[0]).average().orElseThrow();
        double y = samples.stream().mapToDouble(each -> each[1]).average().orElseThrow();
        double product = 0;
        double square = 0;
        for (double[] each : samples) {
            product += (each[0] - x) * (each[1] - y);
            square += (each[0] - x) * (each[0] - x);
        }
        return product / square;
    }

    private static Classifier open() {
        byte[] model = TinyModel.classifier(SIDE, 10, "class", 1, 2, 3);
        return Classifier.of(OnnxModel.open(model, "tiny", new SessionSettings(1)), Supplement.NONE);
    }

    private static double residentBytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
