package ham.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every implementation against a product that is written down entry by entry. */
class KernelsTest {
    private static final int[] SIZES = {0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 50, 65};

    private final Random random = new Random(11);

    @Test
    void openBlasLoadsWhereTheTestsRun() {
        assertThat(Kernels.load().join()).isSameAs(Kernels.best());
        assertThat(Kernels.best().name()).matches("OpenBLAS \\d+\\.\\d+\\.\\d+, 1 thread a call");
        assertThat(Kernels.plain().name()).isEqualTo("plain Java");
    }

    @Test
    void multiplies() {
        for (Kernels kernels : new Kernels[] {Kernels.plain(), Kernels.best()}) {
            for (int trial = 0; trial < 150; trial++) {
                int m = size();
                int n = size();
                int k = size();
                boolean transposeA = random.nextBoolean();
                boolean transposeB = random.nextBoolean();
                float beta = random.nextInt(3) - 1;
                FloatBuffer a = buffer(m * k);
                FloatBuffer b = buffer(k * n);
                FloatBuffer c = buffer(m * n);
                double[] expected = new double[m * n];
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        double sum = beta * c.get(c.position() + i * n + j);
                        for (int p = 0; p < k; p++) {
                            sum += (double) a.get(a.position() + (transposeA ? p * m + i : i * k + p))
                                    * b.get(b.position() + (transposeB ? j * k + p : p * n + j));
                        }
                        expected[i * n + j] = sum;
                    }
                }
                kernels.multiply(a, transposeA, b, transposeB, c, m, n, k, beta);
                double difference = 0;
                for (int i = 0; i < m * n; i++) {
                    difference = Math.max(difference, Math.abs(c.get(c.position() + i) - expected[i]));
                }
                assertThat(difference)
                        .as("%s %d x %d x %d", kernels.name(), m, n, k)
                        .isLessThan(1e-4);
                requireUntouchedAround(c, m * n);
            }
        }
    }

    @Test
    void fillsTheUpperTriangleAndNothingElse() {
        for (Kernels kernels : new Kernels[] {Kernels.plain(), Kernels.best()}) {
            for (int trial = 0; trial < 100; trial++) {
                int n = size();
                int k = size();
                FloatBuffer a = buffer(n * k);
                FloatBuffer c = buffer(n * n);
                float[] before = new float[n * n];
                c.duplicate().get(before);
                kernels.gram(a, c, n, k);
                double difference = 0;
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        double expected = before[i * n + j];
                        if (j >= i) {
                            expected = 0;
                            for (int p = 0; p < k; p++) {
                                expected += (double) a.get(a.position() + i * k + p) * a.get(a.position() + j * k + p);
                            }
                        }
                        difference = Math.max(difference, Math.abs(c.get(c.position() + i * n + j) - expected));
                    }
                }
                assertThat(difference).as("%s %d x %d", kernels.name(), n, k).isLessThan(1e-4);
                requireUntouchedAround(c, n * n);
            }
        }
    }

    @Test
    void ignoresWhatTheResultHeldWhenBetaIsZero() {
        for (Kernels kernels : new Kernels[] {Kernels.plain(), Kernels.best()}) {
            FloatBuffer c = Kernels.allocate(9);
            IntStream.range(0, 9).forEach(i -> c.put(i, Float.NaN));
            kernels.multiply(Kernels.allocate(9), false, Kernels.allocate(9), false, c, 3, 3, 3, 0);
            IntStream.range(0, 9).forEach(i -> assertThat(c.get(i)).isZero());
        }
    }

    @Test
    void repeatsBitForBitInManyThreads() throws ExecutionException, InterruptedException {
        int size = 200;
        FloatBuffer a = buffer(size * size);
        FloatBuffer b = buffer(size * size);
        float[] alone = product(a, b, size);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<float[]>> calls = Collections.nCopies(40, () -> product(a, b, size));
            for (Future<float[]> each : pool.invokeAll(calls)) {
                assertThat(each.get()).isEqualTo(alone);
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void refusesBuffersThatNativeCodeWouldOverrun() {
        Kernels kernels = Kernels.best();
        FloatBuffer four = Kernels.allocate(4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> kernels.multiply(four, false, four, false, Kernels.allocate(3), 2, 2, 2, 0))
                .withMessage("expected 2 x 2 entries, found 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> kernels.gram(four, Kernels.allocate(4), Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertThatIllegalArgumentException().isThrownBy(() -> kernels.gram(four, Kernels.allocate(4), -1, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> kernels.gram(FloatBuffer.allocate(4), four, 2, 2))
                .withMessageContaining("direct");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> kernels.gram(ByteBuffer.allocateDirect(16).asFloatBuffer(), Kernels.allocate(4), 2, 2))
                .withMessageContaining("byte order");
    }

    private static float[] product(FloatBuffer a, FloatBuffer b, int size) {
        FloatBuffer c = Kernels.allocate(size * size);
        Kernels.best().multiply(a, false, b, false, c, size, size, size, 0);
        float[] result = new float[size * size];
        c.get(result);
        return result;
    }

    private int size() {
        return SIZES[random.nextInt(SIZES.length)];
    }

    /** Random entries behind a position that is not 0, and before an end that is not the limit. */
    private FloatBuffer buffer(int length) {
        int before = random.nextInt(4);
        FloatBuffer buffer = Kernels.allocate(before + length + 1);
        for (int i = 0; i < length; i++) {
            buffer.put(before + i, (float) random.nextGaussian());
        }
        buffer.put(before + length, 42);
        return buffer.position(before);
    }

    private static void requireUntouchedAround(FloatBuffer buffer, int length) {
        assertThat(buffer.get(buffer.position() + length)).isEqualTo(42);
        for (int i = 0; i < buffer.position(); i++) {
            assertThat(buffer.get(i)).isZero();
        }
    }
}
