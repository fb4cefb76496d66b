package ham.merge.kernel;

import ham.merge.tensor.Matrix;
import java.util.Arrays;
import java.util.Optional;

/**
 * The best approximation of a matrix by one of a given rank (Eckart and Young 1936), as two factors that share the singular values evenly.
 * Computed in double; of each pair of singular vectors the sign is chosen so that the left one's largest entry (the first, if several are)
 * is positive.
 *
 * @param left {@code U sqrt(S)} [rows, k]
 * @param right {@code sqrt(S) V^T} [k, columns]
 * @param values the singular values that are kept, falling
 * @param lost fraction of the squared Frobenius norm that the approximation lacks; 0 for a zero matrix
 */
@SuppressWarnings("ArrayRecordComponent")
public record TruncatedSvd(Matrix left, Matrix right, double[] values, double lost) {
    /**
     * Of a dense matrix.
     *
     * @param rank at least 1; the result's k is the smaller of this and the matrix's smaller side
     */
    public static TruncatedSvd of(Matrix matrix, int rank) {
        return dense(Decompositions.best(), doubles(matrix), matrix.rows(), matrix.columns(), rank);
    }

    /**
     * Of a product {@code L R}. Where its inner dimension is below both sides, the dense matrix is never formed: QR of both factors, SVD of the
     * small core between them.
     *
     * @param left L [rows, inner]
     * @param right R [inner, columns]
     * @param rank at least 1; the result's k is the smallest of this, the inner dimension and the two sides
     */
    public static TruncatedSvd ofProduct(double[] left, double[] right, int rows, int inner, int columns, int rank) {
        return ofProduct(Decompositions.best(), left, right, rows, inner, columns, rank);
    }

    static TruncatedSvd ofProduct(
            Decompositions with, double[] left, double[] right, int rows, int inner, int columns, int rank) {
        if (inner >= Math.min(rows, columns)) {
            return dense(with, with.multiply(left, false, right, rows, columns, inner), rows, columns, rank);
        }
        return truncate(with.svdOfProduct(left, right, rows, inner, columns), rows, columns, rank);
    }

    static TruncatedSvd dense(Decompositions with, double[] matrix, int rows, int columns, int rank) {
        Optional<Decompositions.Svd> first = new GramSpectrum(with, matrix, rows, columns).first(rank);
        if (first.isEmpty()) {
            return truncate(with.fastSvd(matrix, rows, columns), rows, columns, rank);
        }
        double total = 0;
        for (double each : matrix) {
            total += each * each;
        }
        TruncatedSvd cut = truncate(first.get(), rows, columns, rank);
        double kept = Arrays.stream(cut.values).map(each -> each * each).sum();
        return new TruncatedSvd(cut.left, cut.right, cut.values, Math.max(0, (total - kept) / total));
    }

    private static TruncatedSvd truncate(Decompositions.Svd svd, int rows, int columns, int rank) {
        int all = svd.values().length;
        int kept = Math.min(rank, all);
        Matrix left = Matrix.zeros(rows, kept);
        Matrix right = Matrix.zeros(kept, columns);
        for (int i = 0; i < kept; i++) {
            double root = Math.sqrt(svd.values()[i]);
            double largest = 0;
            for (int r = 0; r < rows; r++) {
                double entry = svd.u()[r * all + i];
                largest = Math.abs(entry) > Math.abs(largest) ? entry : largest;
            }
            double factor = largest < 0 ? -root : root;
            for (int r = 0; r < rows; r++) {
                left.data()[r * kept + i] = (float) (factor * svd.u()[r * all + i]);
            }
            for (int c = 0; c < columns; c++) {
                right.data()[i * columns + c] = (float) (factor * svd.vt()[i * columns + c]);
            }
        }
        double keptEnergy = 0;
        double lostEnergy = 0;
        for (int i = all - 1; i >= 0; i--) {
            double energy = svd.values()[i] * svd.values()[i];
            if (i < kept) {
                keptEnergy += energy;
            } else {
                lostEnergy += energy;
            }
        }
        double total = keptEnergy + lostEnergy;
        return new TruncatedSvd(left, right, Arrays.copyOf(svd.values(), kept), total > 0 ? lostEnergy / total : 0);
    }

    private static double[] doubles(Matrix matrix) {
        double[] doubles = new double[matrix.data().length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = matrix.data()[i];
        }
        return doubles;
    }
}
