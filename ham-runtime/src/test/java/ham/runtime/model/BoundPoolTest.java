package ham.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.testing.TestData;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BoundPoolTest {
    /** Of an image of 3 x 2 x 2 floats and 3 logits. */
    private static final int BYTES = 4 * 12 + 4 * 3;

    private final Model model = OnnxModel.open(TestData.path("onnx/colors.onnx"), new SessionSettings(1));

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void closesWhatWasNotUsedForLongestBeyondItsBytes() {
        try (BoundPool pool = new BoundPool(model, 6 * BYTES)) {
            List<BoundPool.Shaped> taken =
                    Stream.of(1, 2, 3).map(rows -> take(pool, rows)).toList();
            assertThat(taken).extracting(BoundPool.Shaped::bytes).containsExactly(1L * BYTES, 2L * BYTES, 3L * BYTES);
            taken.forEach(pool::give);
            BoundPool.Shaped one = take(pool, 1);
            assertThat(one).isSameAs(taken.get(0));
            pool.give(one);
            pool.give(take(pool, 2));
            pool.give(take(pool, 1));

            pool.give(take(pool, 1)); // still 6 images in all
            BoundPool.Shaped four = take(pool, 4);
            pool.give(four); // 3 and 2, the oldest, must go

            assertClosed(taken.get(1));
            assertClosed(taken.get(2));
            assertThat(take(pool, 1)).isSameAs(one);
            assertThat(take(pool, 4)).isSameAs(four);
        }
    }

    @Test
    void keepsNothingThatIsLargerThanAllItMayKeep() {
        try (BoundPool pool = new BoundPool(model, 2 * BYTES)) {
            BoundPool.Shaped large = take(pool, 3);
            pool.give(large);

            assertClosed(large);
            BoundPool.Shaped small = take(pool, 2);
            pool.give(small);
            assertThat(take(pool, 2)).isSameAs(small);
        }
    }

    /** Whatever is taken and given back, what is idle stays within the bound, and what is taken runs. */
    @Test
    void staysWithinItsBytesInAnyOrder() {
        Random random = new Random(5);
        List<BoundPool.Shaped> made = new ArrayList<>();
        BoundPool pool = new BoundPool(model, 20 * BYTES);
        for (int step = 0; step < 300; step++) {
            BoundPool.Shaped taken = take(pool, 1 + random.nextInt(8));
            assertThatCode(taken.bound()::run).doesNotThrowAnyException();
            if (!made.contains(taken)) {
                made.add(taken);
            }
            pool.give(taken);
            assertThat(open(made).mapToLong(BoundPool.Shaped::bytes).sum()).isBetween((long) BYTES, 20L * BYTES);
        }
        BoundPool.Shaped late = take(pool, 9);
        pool.close();
        pool.give(late);

        assertClosed(late);
        assertThat(open(made)).isEmpty();
    }

    private static Stream<BoundPool.Shaped> open(List<BoundPool.Shaped> made) {
        return made.stream().filter(each -> {
            try {
                each.bound().run();
                return true;
            } catch (IllegalStateException e) {
                return false;
            }
        });
    }

    private static BoundPool.Shaped take(BoundPool pool, int rows) {
        return pool.take(new long[] {rows, 3, 2, 2});
    }

    private static void assertClosed(BoundPool.Shaped shaped) {
        assertThatThrownBy(shaped.bound()::run).isInstanceOf(IllegalStateException.class);
    }
}
