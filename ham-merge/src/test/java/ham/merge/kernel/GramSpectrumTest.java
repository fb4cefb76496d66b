package ham.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Eigenvectors of Gram matrices against singular value decompositions. */
class GramSpectrumTest {
    private static final Decompositions PLAIN = new PlainDecompositions();
    private static final List<Decompositions> BOTH = List.of(PLAIN, Decompositions.best());

    @ParameterizedTest
    @CsvSource({"50, 60, 7", "60, 50, 25", "50, 50, 1"})
    void givesTheLeadingSingularValuesAndVectors(int rows, int columns, int count) {
        double[] a = matrix(rows, columns);
        Decompositions.Svd expected = PLAIN.svd(a, rows, columns);
        for (Decompositions with : BOTH) {
            Decompositions.Svd found =
                    new GramSpectrum(with, a, rows, columns).first(count).orElseThrow();
            assertThat(found.values()).containsExactly(Arrays.copyOf(expected.values(), count), within(1e-10));
            assertThat(cut(found, rows, columns, count))
                    .containsExactly(cut(expected, rows, columns, count), within(1e-9));
        }
    }

    @ParameterizedTest
    @CsvSource({"50, 64", "64, 50"})
    void givesThePolarFactor(int rows, int columns) {
        double[] a = matrix(rows, columns);
        Decompositions.Svd svd = PLAIN.svd(a, rows, columns);
        int least = Math.min(rows, columns);
        double[] expected = PLAIN.multiply(svd.u(), false, svd.vt(), rows, columns, least);
        for (Decompositions with : BOTH) {
            assertThat(new GramSpectrum(with, a, rows, columns).polar().orElseThrow())
                    .containsExactly(expected, within(1e-9));
        }
    }

    /** Where a third of the directions are smaller than a Gram matrix can tell, some of them nothing but rounding. */
    @ParameterizedTest
    @CsvSource({"60, 80, 1e-6", "80, 60, 1e-9", "60, 60, 0"})
    void givesAllSingularValuesAndVectorsHoweverSmall(int rows, int columns, double smallest) {
        int least = Math.min(rows, columns);
        Decompositions.Svd some = PLAIN.svd(matrix(rows, columns), rows, columns);
        double[] values = new double[least];
        double[] u = some.u().clone();
        for (int i = 0; i < least; i++) {
            values[i] = i < 40 ? 1 - i / 50.0 : smallest * (1 + least - i);
            for (int r = 0; r < rows; r++) {
                u[r * least + i] *= values[i];
            }
        }
        double[] a = PLAIN.multiply(u, false, some.vt(), rows, columns, least);
        for (Decompositions with : BOTH) {
            Decompositions.Svd found =
                    new GramSpectrum(with, a, rows, columns).all().orElseThrow();
            assertThat(found.values()).containsExactly(values, within(1e-12));
            assertThat(cut(found, rows, columns, least)).containsExactly(a, within(1e-12));
            assertThat(with.square(found.vt(), true, least, columns)).containsExactly(identity(least), within(1e-9));
            if (smallest > 0) {
                assertThat(with.square(found.u(), false, rows, least)).containsExactly(identity(least), within(1e-9));
            }
        }
    }

    /** Columns that depend on others, which rotations can only turn about. */
    @ParameterizedTest
    @CsvSource({"64, 64, 4", "16, 64, 16", "300, 40, 3", "40, 300, 39", "64, 16, 1"})
    void plainDecompositionsEndAtMatricesOfLowRank(int rows, int columns, int rank) {
        double[] a = PLAIN.multiply(matrix(rows, rank), false, matrix(rank, columns), rows, columns, rank);
        for (int r = 0; r < rows; r++) {
            a[r * columns + 1] = a[r * columns];
        }
        for (Decompositions with : BOTH) {
            Decompositions.Svd found = with.svd(a, rows, columns);
            assertThat(cut(found, rows, columns, Math.min(rows, columns))).containsExactly(a, within(1e-10));
            assertThat(found.values()[0]).isPositive();
        }
    }

    @Test
    void leavesToAnSvdWhatHasMostlySmallValues() {
        double[] a = PLAIN.multiply(matrix(60, 20), false, matrix(20, 60), 60, 60, 20);
        for (Decompositions with : BOTH) {
            assertThat(new GramSpectrum(with, a, 60, 60).all()).isEmpty();
            Decompositions.Svd found = with.fastSvd(a, 60, 60);
            assertThat(cut(found, 60, 60, 20)).containsExactly(a, within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 5", "5, 3", "60, 70", "1, 1"})
    void squaresAreProductsWithTheTranspose(int rows, int columns) {
        double[] a = matrix(rows, columns);
        double[] transposed = Decompositions.transpose(a, rows, columns);
        for (Decompositions with : BOTH) {
            assertThat(with.square(a, true, rows, columns))
                    .containsExactly(PLAIN.multiply(a, false, transposed, rows, rows, columns), within(1e-12));
            assertThat(with.square(a, false, rows, columns))
                    .containsExactly(PLAIN.multiply(transposed, false, a, columns, columns, rows), within(1e-12));
        }
    }

    /** A matrix of rank 20, and one with an entry that is no number. */
    @ParameterizedTest
    @CsvSource({"0", "NaN", "Infinity"})
    void hasNoAnswerWhereItWouldBeInexact(double entry) {
        double[] a = PLAIN.multiply(matrix(60, 20), false, matrix(20, 60), 60, 60, 20);
        a[17] += entry;
        for (Decompositions with : BOTH) {
            assertThat(new GramSpectrum(with, a, 60, 60).polar()).isEmpty();
            assertThat(new GramSpectrum(with, a, 60, 60).all()).isEmpty();
            assertThat(new GramSpectrum(with, a, 60, 60).first(25)).isEmpty();
        }
    }

    private static double[] cut(Decompositions.Svd svd, int rows, int columns, int count) {
        double[] product = new double[rows * columns];
        int all = svd.values().length;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                for (int i = 0; i < count; i++) {
                    product[r * columns + c] += svd.u()[r * all + i] * svd.values()[i] * svd.vt()[i * columns + c];
                }
            }
        }
        return product;
    }

    private static double[] identity(int n) {
        double[] identity = new double[n * n];
        for (int i = 0; i < n; i++) {
            identity[i * n + i] = 1;
        }
        return identity;
    }

    private static double[] matrix(int rows, int columns) {
        return new Random(rows).doubles((long) rows * columns, -1, 1).toArray();
    }
}
