package ham.runtime.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.image.RgbImage;
import ham.runtime.model.SessionSettings;
import ham.runtime.model.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelWatchTest {
    private static final int SIDE = 4;
    private static final byte[] ANSWERS_2 = TinyModel.classifier(SIDE, 3, "class", 1, 1, 1);
    private static final byte[] ANSWERS_0 = TinyModel.classifier(SIDE, 3, "class", -1, -1, -1);

    @TempDir
    private Path folder;

    private Path file;
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @BeforeEach
    void serve() {
        file = folder.resolve("model.onnx");
        replace(ANSWERS_2);
    }

    @Test
    void takesAFileThatWasRenamedIntoPlaceAndRefusesABrokenOne() throws InterruptedException {
        try (ModelWatch watch = watch(ModelWatchTest::open)) {
            assertThat(answer(watch)).isEqualTo(2);
            replace(new byte[] {1, 2, 3});
            assertThat(next()).contains("expected an ONNX model");
            assertThat(answer(watch)).isEqualTo(2);

            replace(ANSWERS_0);
            assertThat(next()).isEqualTo("swapped");
            assertThat(answer(watch)).isZero();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void noticesAReplacementWhileTheFirstModelIsOpened() throws InterruptedException {
        AtomicInteger opened = new AtomicInteger();
        try (ModelWatch watch = watch(path -> {
            Classifier classifier = open(path);
            if (opened.incrementAndGet() == 1) {
                replace(ANSWERS_0);
            }
            return classifier;
        })) {
            assertThat(next()).isEqualTo("swapped");
            assertThat(answer(watch)).isZero();
        }
        assertThat(opened).hasValue(2);
    }

    @Test
    void triesAgainWhatFailedForATimeAndTellsItOnce() throws InterruptedException {
        AtomicInteger opened = new AtomicInteger();
        try (ModelWatch watch = watch(path -> {
            int attempt = opened.incrementAndGet();
            if (attempt == 2) {
                throw new OutOfMemoryError("for a time");
            }
            if (attempt == 3 || attempt == 4) {
                throw new ModelException("still");
            }
            return open(path);
        })) {
            replace(ANSWERS_0);
            assertThat(next()).isEqualTo("for a time");
            assertThat(next()).isEqualTo("swapped");
            assertThat(answer(watch)).isZero();
        }
        assertThat(opened).hasValue(5);
        assertThat(told).isEmpty();
    }

    @Test
    void goesOnWhateverTheListenerThrows() throws InterruptedException {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        BlockingQueue<String> uncaught = new LinkedBlockingQueue<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e.getMessage()));
        ModelWatch.Listener throwing = new ModelWatch.Listener() {
            @Override
            public void swapped(Path path) {
                told.add("swapped");
                throw new IllegalArgumentException("of swapped");
            }

            @Override
            public void refused(Path path, Throwable reason) {
                told.add("refused");
                throw new AssertionError("of refused");
            }
        };
        try (ModelWatch watch =
                ModelWatch.open(file, ModelWatchTest::open, SwapRule.SAME_LABELS, 1, Duration.ofMillis(5), throwing)) {
            replace(ANSWERS_0);
            assertThat(next()).isEqualTo("swapped");
            replace(new byte[] {1, 2, 3});
            assertThat(next()).isEqualTo("refused");
            replace(ANSWERS_2);
            assertThat(next()).isEqualTo("swapped");
            assertThat(answer(watch)).isEqualTo(2);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(told).isEmpty();
        assertThat(uncaught).containsExactly("of swapped", "of refused", "of swapped");
    }

    @Test
    void refusesAFirstModelThatCannotBeOpenedAndRequestsOnceClosed() {
        ModelWatch watch = watch(ModelWatchTest::open);
        watch.close();
        watch.close();
        assertThatThrownBy(() -> answer(watch)).isInstanceOf(IllegalStateException.class);

        replace(new byte[] {1, 2, 3});
        assertThatThrownBy(() -> watch(ModelWatchTest::open))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("expected an ONNX model");
    }

    private ModelWatch watch(Function<Path, Classifier> opener) {
        ModelWatch.Listener telling = new ModelWatch.Listener() {
            @Override
            public void swapped(Path path) {
                told.add("swapped");
            }

            @Override
            public void refused(Path path, Throwable reason) {
                told.add(reason.getMessage());
            }
        };
        return ModelWatch.open(file, opener, SwapRule.SAME_LABELS, 1, Duration.ofMillis(5), telling);
    }

    private String next() throws InterruptedException {
        return told.poll(20, TimeUnit.SECONDS);
    }

    private static int answer(ModelWatch watch) {
        byte[] white = new byte[3 * SIDE * SIDE];
        Arrays.fill(white, (byte) 255);
        return watch.slot().classify(new RgbImage(SIDE, SIDE, white), 1).get(0).index();
    }

    private static Classifier open(Path path) {
        return Classifier.open(path, new SessionSettings(1));
    }

    private void replace(byte[] content) {
        try {
            Path fresh = Files.write(folder.resolve("fresh"), content);
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
