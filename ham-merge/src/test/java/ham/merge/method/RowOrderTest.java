package ham.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowOrderTest {
    /** Of many sizes, with ties, zeros, and what is no number. */
    @Test
    void ordersAsSortingDoes() {
        Random random = new Random(1);
        float[] special = {0, -0f, 1, -1, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, Float.NaN};
        for (int trial = 0; trial < 200; trial++) {
            int columns = 1 + random.nextInt(300);
            float[] values = new float[3 * columns];
            double spread = trial % 3 == 0 ? 20 : 1;
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(10) == 0
                        ? special[random.nextInt(special.length)]
                        : (float) (random.nextGaussian() * Math.pow(10, -spread * random.nextDouble()));
            }
            RowOrder order = new RowOrder(columns);
            for (int row = 0; row < 3; row++) {
                int from = row * columns;
                int[] expected = IntStream.range(0, columns)
                        .boxed()
                        .sorted(Comparator.<Integer>comparingInt(
                                c -> Float.floatToRawIntBits(values[from + c]) & Integer.MAX_VALUE))
                        .mapToInt(Integer::intValue)
                        .toArray();
                assertThat(order.ascending(values, from)).containsExactly(expected);
            }
        }
    }
}
