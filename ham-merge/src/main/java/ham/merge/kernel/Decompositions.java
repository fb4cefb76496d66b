package ham.merge.kernel;

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

    /** LAPACK where it loads, which this waits for; else plain Java. */
    static Decompositions best() {
        return Lapack.OR_PLAIN;
    }
}
