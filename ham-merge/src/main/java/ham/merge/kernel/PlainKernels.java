package ham.merge.kernel;

import java.nio.FloatBuffer;

/** Products in plain Java: sums in double, in index order, rounded once. */
final class PlainKernels extends Kernels {
    static final PlainKernels INSTANCE = new PlainKernels("plain Java");

    private final String name;

    PlainKernels(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    void product(
            FloatBuffer a,
            boolean transposeA,
            FloatBuffer b,
            boolean transposeB,
            FloatBuffer c,
            int m,
            int n,
            int k,
            float beta) {
        double[] sum = new double[n];
        // op(B) with its rows contiguous: the inner loop runs along a row.
        float[] rows = new float[Math.multiplyExact(k, n)];
        for (int p = 0; p < k; p++) {
            for (int j = 0; j < n; j++) {
                rows[p * n + j] = b.get(b.position() + (transposeB ? j * k + p : p * n + j));
            }
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                sum[j] = beta == 0 ? 0 : (double) beta * c.get(c.position() + i * n + j);
            }
            for (int p = 0; p < k; p++) {
                double factor = a.get(a.position() + (transposeA ? p * m + i : i * k + p));
                for (int j = 0; j < n; j++) {
                    sum[j] += factor * rows[p * n + j];
                }
            }
            for (int j = 0; j < n; j++) {
                c.put(c.position() + i * n + j, (float) sum[j]);
            }
        }
    }

    @Override
    void symmetricProduct(FloatBuffer a, FloatBuffer c, int n, int k) {
        double[] columns = new double[Math.multiplyExact(n, k)];
        for (int i = 0; i < n; i++) {
            for (int p = 0; p < k; p++) {
                columns[p * n + i] = a.get(a.position() + i * k + p);
            }
        }
        double[] sum = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                sum[j] = 0;
            }
            for (int p = 0; p < k; p++) {
                double factor = columns[p * n + i];
                for (int j = i; j < n; j++) {
                    sum[j] += factor * columns[p * n + j];
                }
            }
            for (int j = i; j < n; j++) {
                c.put(c.position() + i * n + j, (float) sum[j]);
            }
        }
    }
}
