package ham.merge.kernel;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Decompositions in plain Java: one-sided Jacobi rotations (Hestenes) and modified Gram-Schmidt, done twice. Simple and accurate; slow for
 * large matrices.
 */
final class PlainDecompositions implements Decompositions {
    private static final int MOST_SWEEPS = 60;

    @Override
    public Svd svd(double[] a, int rows, int columns) {
        if (rows < columns) {
            Svd transposed = svd(Decompositions.transpose(a, rows, columns), columns, rows);
            return new Svd(
                    Decompositions.transpose(transposed.vt(), rows, rows),
                    transposed.values(),
                    Decompositions.transpose(transposed.u(), columns, rows));
        }
        // Columns of A and of V as rows: rotations run along them.
        double[][] work = new double[columns][rows];
        double[][] v = new double[columns][columns];
        for (int c = 0; c < columns; c++) {
            v[c][c] = 1;
            for (int r = 0; r < rows; r++) {
                work[c][r] = a[r * columns + c];
            }
        }
        // What rounding makes of a sum of so many products (as in LAPACK's dgesvj), and what of a column that is not
        // there.
        double orthogonal = 4 * Math.sqrt(rows) * Math.ulp(1.0);
        double noise = orthogonal * Math.sqrt(dot(a, a));
        int sweeps = 0;
        while (sweep(work, v, orthogonal, noise)) {
            if (++sweeps == MOST_SWEEPS) {
                throw new ArithmeticException("the Jacobi rotations did not converge; look for NaN or infinity");
            }
        }
        double[] norms = new double[columns];
        for (int c = 0; c < columns; c++) {
            norms[c] = Math.sqrt(dot(work[c], work[c]));
        }
        int[] order = IntStream.range(0, columns)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -norms[c]))
                .mapToInt(Integer::intValue)
                .toArray();
        Svd svd = new Svd(new double[rows * columns], new double[columns], new double[columns * columns]);
        for (int i = 0; i < columns; i++) {
            double norm = norms[order[i]];
            svd.values()[i] = norm;
            System.arraycopy(v[order[i]], 0, svd.vt(), i * columns, columns);
            for (int r = 0; r < rows && norm > 0; r++) {
                svd.u()[r * columns + i] = work[order[i]][r] / norm;
            }
        }
        return svd;
    }

    /** Makes every pair of columns orthogonal once. @return whether any was not */
    private static boolean sweep(double[][] work, double[][] v, double orthogonal, double noise) {
        boolean rotated = false;
        for (int p = 0; p < work.length; p++) {
            for (int q = p + 1; q < work.length; q++) {
                double pp = dot(work[p], work[p]);
                double qq = dot(work[q], work[q]);
                double pq = dot(work[p], work[q]);
                double larger = Math.sqrt(Math.max(pp, qq));
                double smaller = Math.sqrt(Math.min(pp, qq));
                if (!(smaller <= noise || Math.abs(pq) <= orthogonal * larger * smaller)) {
                    double zeta = (qq - pp) / (2 * pq);
                    double tangent = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
                    double cosine = 1 / Math.hypot(1, tangent);
                    rotate(work[p], work[q], cosine, cosine * tangent);
                    rotate(v[p], v[q], cosine, cosine * tangent);
                    rotated = true;
                }
            }
        }
        return rotated;
    }

    private static void rotate(double[] p, double[] q, double cosine, double sine) {
        for (int i = 0; i < p.length; i++) {
            double first = p[i];
            p[i] = cosine * first - sine * q[i];
            q[i] = sine * first + cosine * q[i];
        }
    }

    @Override
    public Qr qr(double[] a, int rows, int columns) {
        double[][] q = new double[columns][rows];
        Qr qr = new Qr(new double[rows * columns], new double[columns * columns]);
        for (int c = 0; c < columns; c++) {
            for (int r = 0; r < rows; r++) {
                q[c][r] = a[r * columns + c];
            }
            double before = Math.sqrt(dot(q[c], q[c]));
            for (int pass = 0; pass < 2; pass++) {
                for (int earlier = 0; earlier < c; earlier++) {
                    double share = dot(q[earlier], q[c]);
                    qr.r()[earlier * columns + c] += share;
                    for (int r = 0; r < rows; r++) {
                        q[c][r] -= share * q[earlier][r];
                    }
                }
            }
            double norm = Math.sqrt(dot(q[c], q[c]));
            // What is left of a dependent column is noise without a direction.
            boolean independent = norm > 1e-14 * before;
            qr.r()[c * columns + c] = independent ? norm : 0;
            for (int r = 0; r < rows; r++) {
                q[c][r] = independent ? q[c][r] / norm : 0;
                qr.q()[r * columns + c] = q[c][r];
            }
        }
        return qr;
    }

    @Override
    public double[] multiply(double[] a, boolean transposeA, double[] b, int m, int n, int k) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                double factor = a[transposeA ? p * m + i : i * k + p];
                for (int j = 0; j < n; j++) {
                    c[i * n + j] += factor * b[p * n + j];
                }
            }
        }
        return c;
    }

    private static double dot(double[] first, double[] second) {
        double sum = 0;
        for (int i = 0; i < first.length; i++) {
            sum += first[i] * second[i];
        }
        return sum;
    }

    @Override
    public double[] solve(double[] g, double[] s, int n, int rows) {
        double[] factor = cholesky(g, n);
        double[] x = s.clone();
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < i; k++) {
                    x[at + i] -= factor[i * n + k] * x[at + k];
                }
                x[at + i] /= factor[i * n + i];
            }
            for (int i = n - 1; i >= 0; i--) {
                for (int k = i + 1; k < n; k++) {
                    x[at + i] -= factor[k * n + i] * x[at + k];
                }
                x[at + i] /= factor[i * n + i];
            }
        }
        return x;
    }

    /** L, lower, with {@code G = L L^T}. */
    private static double[] cholesky(double[] g, int n) {
        double[] factor = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = g[i * n + j];
                for (int k = 0; k < j; k++) {
                    sum -= factor[i * n + k] * factor[j * n + k];
                }
                if (i == j && !(sum > 0)) {
                    throw new ArithmeticException("expected a positive definite matrix, found a pivot of " + sum);
                }
                factor[i * n + j] = i == j ? Math.sqrt(sum) : sum / factor[j * n + j];
            }
        }
        return factor;
    }
}
