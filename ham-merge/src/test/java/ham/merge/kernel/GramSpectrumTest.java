package ham.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
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

    /** A matrix of rank 20, and one with an entry that is no number. */
    @ParameterizedTest
    @CsvSource({"0", "NaN", "Infinity"})
    void hasNoAnswerWhereItWouldBeInexact(double entry) {
        double[] a = PLAIN.multiply(matrix(60, 20), false, matrix(20, 60), 60, 60, 20);
        a[17] += entry;
        for (Decompositions with : BOTH) {
            assertThat(new GramSpectrum(with, a, 60, 60).polar()).isEmpty();
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

    private static double[] matrix(int rows, int columns) {
        return new Random(rows).doubles((long) rows * columns, -1, 1).toArray();
    }
}
