package ham.train.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.ImageSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchStreamTest {
    private static final InputSource SOURCE = new ImageReader(Preprocessing.vitDefault(2))
            .open(new Numbered(), IntStream.range(0, 100).toArray());

    /** Image i has the value i in its first place. */
    private static final class Numbered implements ImageSet {
        @Override
        public int size() {
            return 100;
        }

        @Override
        public int label(int index) {
            return 0;
        }

        @Override
        public RgbImage image(int index) {
            byte[] rgb = new byte[12];
            rgb[0] = (byte) index;
            return new RgbImage(2, 2, rgb);
        }
    }

    private static int[] fill(int number, InputSource.Writer batch) {
        batch.add(number);
        return new int[] {number};
    }

    @Test
    void runsAheadOfTheTakerButNotFar() throws InterruptedException {
        AtomicInteger filled = new AtomicInteger();
        CountDownLatch three = new CountDownLatch(3);
        try (BatchStream stream = new BatchStream(SOURCE, 1, 100, (number, pixels) -> {
            filled.incrementAndGet();
            three.countDown();
            return fill(number, pixels);
        })) {
            assertThat(three.await(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 50; i++) {
                Batch batch = stream.next();
                float first = batch.pixels().floats()[0];
                assertThat(batch.targets()).containsExactly(i);
                assertThat(Math.round((first * 0.5f + 0.5f) * 255)).isEqualTo(i);
                assertThat(filled.get()).isLessThanOrEqualTo(i + 3);
            }
        }
        assertThat(filled.get()).isLessThan(60);
    }

    @Test
    void failuresAreThrownWhereTheBatchWouldHaveBeen() {
        try (BatchStream stream = new BatchStream(SOURCE, 1, 5, (number, pixels) -> {
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
            BatchStream stream = new BatchStream(SOURCE, 1, 5, BatchStreamTest::fill);
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
