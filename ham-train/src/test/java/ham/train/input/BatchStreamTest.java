package ham.train.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import java.nio.ByteOrder;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BatchStreamTest {
    private static final Preprocessing PREPROCESSING = Preprocessing.vitDefault(2);

    private static int[] fill(int number, PixelBuffer pixels) {
        byte[] rgb = new byte[12];
        rgb[0] = (byte) number;
        pixels.add(new RgbImage(2, 2, rgb));
        return new int[] {number};
    }

    @Test
    void runsAheadOfTheTakerButNotFar() throws InterruptedException {
        AtomicInteger filled = new AtomicInteger();
        CountDownLatch three = new CountDownLatch(3);
        try (BatchStream stream = new BatchStream(PREPROCESSING, 1, 100, (number, pixels) -> {
            filled.incrementAndGet();
            three.countDown();
            return fill(number, pixels);
        })) {
            assertThat(three.await(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 50; i++) {
                Batch batch = stream.next();
                float first = batch.pixels().order(ByteOrder.nativeOrder()).getFloat(0);
                assertThat(batch.targets()).containsExactly(i);
                assertThat(Math.round((first * 0.5f + 0.5f) * 255)).isEqualTo(i);
                assertThat(filled.get()).isLessThanOrEqualTo(i + 3);
            }
        }
        assertThat(filled.get()).isLessThan(60);
    }

    @Test
    void failuresAreThrownWhereTheBatchWouldHaveBeen() {
        try (BatchStream stream = new BatchStream(PREPROCESSING, 1, 5, (number, pixels) -> {
            if (number == 2) {
                throw new InputException("broken.png: expected an image");
            }
            return fill(number, pixels);
        })) {
            stream.next();
            stream.next();
            assertThatThrownBy(stream::next).isInstanceOf(InputException.class).hasMessageContaining("broken.png");
        }
    }

    @Test
    void closingEndsTheThreadWhateverItIsAt() {
        for (int taken = 0; taken < 5; taken++) {
            BatchStream stream = new BatchStream(PREPROCESSING, 1, 5, BatchStreamTest::fill);
            for (int i = 0; i < taken; i++) {
                stream.next();
            }
            stream.close();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("ham-batches");
    }
}
