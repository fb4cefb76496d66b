package ham.merge.kernel;

import java.util.Arrays;

/** Decompositions of dense matrices in double, row-major. Inputs are left as they are. */
interface Decompositions {
    /**
     * {@code A = U diag(values) V^T} with {@code k = min(rows, columns)}, the singular values falling. A column of U or row of V^T whose
     * value is 0 may be 0.
     *
     * @param u [rows, k]
     * @param values [k]
     * @param vt [k, columns]
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Svd(double[] u, double[] values, double[] vt) {}

    /**
     * {@code A = Q R} of a matrix with at least as many rows as columns.
     *
     * @param q [rows, columns], orthonormal columns
     * @param r [columns, columns], upper triangle
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Qr(double[] q, double[] r) {}

    Svd svd(double[] a, int rows, int columns);

    Qr qr(double[] a, int rows, int columns);

    /** {@code op(A) B} [m, n], where op transposes A [k, m] or takes it as it is [m, k]. */
    double[] multiply(double[] a, boolean transposeA, double[] b, int m, int n, int k);

    /**
     * The symmetric {@code A A^T} [rows, rows] or {@code A^T A} [columns, columns].
     *
     * @param ofRows the first of them
     */
    default double[] square(double[] a, boolean ofRows, int rows, int columns) {
        return ofRows
                ? multiply(a, false, transpose(a, rows, columns), rows, rows, columns)
                : multiply(a, true, a, columns, columns, rows);
    }

    /** As {@link #svd}, by the eigenvectors of the Gram matrix where that is faster. */
    default Svd fastSvd(double[] a, int rows, int columns) {
        return new GramSpectrum(this, a, rows, columns).all().orElseGet(() -> svd(a, rows, columns));
    }

    /**
     * {@code X} with {@code X G = S}.
     *
     * @param g [n, n], symmetric and positive definite
     * @param s [rows, n]
     * @return [rows, n]
     * @throws ArithmeticException when G is not positive definite
     */
    double[] solve(double[] g, double[] s, int n, int rows);

    /**
     * The largest eigenvalues of a symmetric matrix whose eigenvalues are none of them negative, falling, and their vectors.
     *
     * @param g [n, n]
     * @param count 1 to n
     */
    default Eigen eigen(double[] g, int n, int count) {
        Svd svd = svd(g, n, n);
        return new Eigen(Arrays.copyOf(svd.values(), count), Arrays.copyOf(svd.vt(), count * n));
    }

    /**
     * Eigenvalues and vectors.
     *
     * @param values [k]
     * @param vectors [k, n], a vector a row
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Eigen(double[] values, double[] vectors) {}

    /**
     * The SVD of {@code left right}. Where the inner dimension is below both sides the product is never formed: QR of both factors, SVD of the small
     * core between them; k is the inner dimension then.
     *
     * @param left [rows, inner]
     * @param right [inner, columns]
     */
    default Svd svdOfProduct(double[] left, double[] right, int rows, int inner, int columns) {
        if (inner >= Math.min(rows, columns)) {
            return fastSvd(multiply(left, false, right, rows, columns, inner), rows, columns);
        }
        Qr leftQr = qr(left, rows, inner);
        Qr rightQr = qr(transpose(right, inner, columns), columns, inner);
        Svd core = fastSvd(
                multiply(leftQr.r(), false, transpose(rightQr.r(), inner, inner), inner, inner, inner), inner, inner);
        return new Svd(
                multiply(leftQr.q(), false, core.u(), rows, inner, inner),
                core.values(),
                multiply(core.vt(), false, transpose(rightQr.q(), columns, inner), inner, columns, inner));
    }

    /** Rows and columns of a matrix [rows, columns] exchanged, in a new array. */
    static double[] transpose(double[] a, int rows, int columns) {
        double[] transposed = new double[a.length];
        // A few rows at a time, so that what is read stays in the cache while whole lines are written.
        for (int first = 0; first < rows; first += 8) {
            int end = Math.min(rows, first + 8);
            for (int c = 0; c < columns; c++) {
                for (int r = first; r < end; r++) {
                    transposed[c * rows + r] = a[r * columns + c];
                }
            }
        }
        return transposed;
    }

    /** LAPACK where it loads, which this waits for; else plain Java. */
    static Decompositions best() {
        return Lapack.OR_PLAIN;
    }
}
