package ham.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** LAPACK and plain Java against the definitions and against each other. */
class TruncatedSvdTest {
    private static final Decompositions PLAIN = new PlainDecompositions();
    private static final List<Decompositions> BOTH = List.of(PLAIN, Decompositions.best());

    private final Random random = new Random(5);

    @Test
    void lapackIsAmongThem() {
        assertThat(Decompositions.best()).isInstanceOf(Lapack.class);
    }

    @Test
    void qrGivesTheMatrixBackFromOrthonormalColumns() {
        for (Decompositions with : BOTH) {
            for (int trial = 0; trial < 100; trial++) {
                int columns = random.nextInt(12);
                int rows = columns + random.nextInt(12);
                double[] a = matrix(rows, columns);
                Decompositions.Qr qr = with.qr(a, rows, columns);
                requireClose(PLAIN.multiply(qr.q(), false, qr.r(), rows, columns, columns), a, 1e-12);
                requireClose(PLAIN.multiply(qr.q(), true, qr.q(), columns, columns, rows), identity(columns), 1e-12);
            }
        }
    }

    @Test
    void svdGivesTheMatrixBackAndBothAgree() {
        for (int trial = 0; trial < 100; trial++) {
            int rows = random.nextInt(15);
            int columns = random.nextInt(15);
            int k = Math.min(rows, columns);
            double[] a = trial % 3 == 0 ? dependent(rows, columns) : matrix(rows, columns);
            double[] values = PLAIN.svd(a, rows, columns).values();
            for (Decompositions with : BOTH) {
                Decompositions.Svd svd = with.svd(a, rows, columns);
                requireClose(svd.values(), values, 1e-12);
                double[] scaled = svd.vt().clone();
                for (int i = 0; i < scaled.length; i++) {
                    scaled[i] *= svd.values()[i / columns];
                }
                requireClose(PLAIN.multiply(svd.u(), false, scaled, rows, columns, k), a, 1e-12);
                if (trial % 3 != 0) {
                    requireClose(PLAIN.multiply(svd.u(), true, svd.u(), k, k, rows), identity(k), 1e-12);
                    requireClose(
                            PLAIN.multiply(svd.vt(), false, transpose(svd.vt(), k, columns), k, k, columns),
                            identity(k),
                            1e-12);
                }
            }
        }
    }

    @Test
    void losesTheSquaresOfTheDroppedValues() {
        for (Decompositions with : BOTH) {
            for (int trial = 0; trial < 100; trial++) {
                int rows = 1 + random.nextInt(20);
                int columns = 1 + random.nextInt(20);
                int inner = 1 + random.nextInt(20);
                int rank = 1 + random.nextInt(20);
                double[] left = matrix(rows, inner);
                double[] right = matrix(inner, columns);
                double[] dense = PLAIN.multiply(left, false, right, rows, columns, inner);
                double[] values = PLAIN.svd(dense, rows, columns).values();
                double energy = squares(values);
                TruncatedSvd svd = TruncatedSvd.ofProduct(with, left, right, rows, inner, columns, rank);
                int kept = Math.min(Math.min(rank, inner), Math.min(rows, columns));
                requireClose(svd.values(), Arrays.copyOf(values, kept), 1e-10);
                double dropped = squares(Arrays.copyOfRange(values, kept, values.length));
                assertThat(svd.lost()).isCloseTo(dropped / energy, within(1e-12));
                double[] product =
                        PLAIN.multiply(doubles(svd.left()), false, doubles(svd.right()), rows, columns, kept);
                for (int i = 0; i < product.length; i++) {
                    product[i] -= dense[i];
                }
                assertThat(squares(product)).isCloseTo(dropped, within(1e-5 * energy));
            }
        }
    }

    @Test
    void signsDoNotDependOnHowItIsComputed() {
        double[] left = matrix(9, 4);
        double[] right = matrix(4, 7);
        TruncatedSvd lapack = TruncatedSvd.ofProduct(Decompositions.best(), left, right, 9, 4, 7, 3);
        TruncatedSvd plain = TruncatedSvd.ofProduct(PLAIN, left, right, 9, 4, 7, 3);
        double[] dense = PLAIN.multiply(left, false, right, 9, 7, 4);
        TruncatedSvd direct = TruncatedSvd.dense(PLAIN, dense, 9, 7, 3);
        for (TruncatedSvd each : List.of(plain, direct)) {
            requireClose(doubles(each.left()), doubles(lapack.left()), 1e-6);
            requireClose(doubles(each.right()), doubles(lapack.right()), 1e-6);
        }
        for (int i = 0; i < 3; i++) {
            double largest = 0;
            for (int r = 0; r < 9; r++) {
                double entry = lapack.left().get(r, i);
                largest = Math.abs(entry) > Math.abs(largest) ? entry : largest;
            }
            assertThat(largest).isPositive();
        }
    }

    @Test
    void aZeroMatrixLosesNothing() {
        TruncatedSvd svd = TruncatedSvd.of(Matrix.zeros(3, 5), 2);
        assertThat(svd.lost()).isZero();
        assertThat(svd.left()).isEqualTo(Matrix.zeros(3, 2));
        assertThat(svd.right()).isEqualTo(Matrix.zeros(2, 5));
    }

    private double[] matrix(int rows, int columns) {
        return random.doubles((long) rows * columns, -1, 1).toArray();
    }

    /** Of rank 2 at most, so some singular values are 0. */
    private double[] dependent(int rows, int columns) {
        return PLAIN.multiply(matrix(rows, 2), false, matrix(2, columns), rows, columns, 2);
    }

    private static double[] identity(int size) {
        double[] identity = new double[size * size];
        for (int i = 0; i < size; i++) {
            identity[i * size + i] = 1;
        }
        return identity;
    }

    private static double[] transpose(double[] a, int rows, int columns) {
        double[] transposed = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            transposed[i % columns * rows + i / columns] = a[i];
        }
        return transposed;
    }

    private static double[] doubles(Matrix matrix) {
        double[] doubles = new double[matrix.data().length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = matrix.data()[i];
        }
        return doubles;
    }

    private static double squares(double[] values) {
        return Arrays.stream(values).map(each -> each * each).sum();
    }

    private static void requireClose(double[] found, double[] expected, double tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within(tolerance));
        }
    }
}
