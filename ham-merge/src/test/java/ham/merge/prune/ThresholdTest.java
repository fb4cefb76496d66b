package ham.merge.prune;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.method.Laws;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The selection by counting keeps bit for bit what sorting keeps. */
class ThresholdTest {
    private final Random random = new Random(7);

    /** A merge that goes on prunes what was pruned before: zeros of both signs and ties among it. */
    @Test
    void pruningWhatIsPrunedChangesNoBit() {
        Random random = new Random(11);
        for (int round = 0; round < 400; round++) {
            int size = 1 + random.nextInt(60);
            Matrix matrix = Matrix.zeros(1, size);
            for (int i = 0; i < size; i++) {
                matrix.data()[i] = (random.nextInt(5) - 2) * (random.nextBoolean() ? 1f : -0.0f);
            }
            BigDecimal keep = BigDecimal.valueOf(1 + random.nextInt(100), 2);
            Matrix once = Pruning.keepLargest(matrix, keep);
            assertThat(bits(Pruning.keepLargest(once, keep).data())).isEqualTo(bits(once.data()));
        }
    }

    @Test
    void keepsWhatSortingKeeps() {
        for (int trial = 0; trial < 2000; trial++) {
            float[] values = values(1 + random.nextInt(300));
            BigDecimal keep = BigDecimal.valueOf(1 + random.nextInt(1000), 3);
            assertThat(bits(Pruning.keepLargest(new Matrix(1, values.length, values), keep)
                            .data()))
                    .as("%s of %s", keep, Arrays.toString(values))
                    .isEqualTo(bits(sorted(values, keep)));
        }
    }

    @Test
    void keepsTheLowerIndexAmongEquals() {
        float[] values = {2, -1, 1, -1, 1, 0, 3};
        assertThat(Pruning.keepLargest(new Matrix(1, 7, values), new BigDecimal("0.6"))
                        .data())
                .containsExactly(2, -1, 1, -1, 0, 0, 3);
    }

    @Test
    void isFoundOnceAndAppliedAgainInPlace() {
        float[] values = values(500);
        Threshold threshold = Threshold.of(values, 123);
        float[] pruned = new float[values.length];
        threshold.prune(values, pruned);
        threshold.prune(values, values);
        assertThat(values).isEqualTo(pruned);
    }

    @Test
    void keepsEverythingWithoutACopy() {
        Matrix matrix = Laws.matrix(random, 3, 4);
        assertThat(Pruning.keepLargest(matrix, BigDecimal.ONE)).isSameAs(matrix);
        Matrix empty = Matrix.zeros(0, 4);
        assertThat(Pruning.keepLargest(empty, new BigDecimal("0.5"))).isSameAs(empty);
    }

    /** Different kinds: spread widely, many equal, any bits at all (NaN and infinity among them), near one another. */
    private float[] values(int size) {
        float[] values = new float[size];
        int kind = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            values[i] = switch (kind) {
                case 0 -> (float) random.nextGaussian();
                case 1 -> random.nextInt(7) - 3;
                case 2 -> Float.intBitsToFloat(random.nextInt());
                default -> 1 + random.nextInt(100) * Math.ulp(1f);
            };
        }
        return values;
    }

    private static float[] sorted(float[] values, BigDecimal keep) {
        int kept = keep.multiply(BigDecimal.valueOf(values.length))
                .setScale(0, RoundingMode.CEILING)
                .intValueExact();
        float[] pruned = new float[values.length];
        IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparing(i -> -(Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE)))
                .limit(kept)
                .forEach(i -> pruned[i] = values[i]);
        return pruned;
    }

    private static int[] bits(float[] values) {
        return IntStream.range(0, values.length)
                .map(i -> Float.floatToRawIntBits(values[i]))
                .toArray();
    }
}
