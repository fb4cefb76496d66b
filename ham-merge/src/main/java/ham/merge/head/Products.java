package ham.merge.head;

import ham.merge.tensor.Matrix;

/** The one product that heads need, accumulated in double. */
final class Products {
    private Products() {}

    /** {@code x W^T}: x [n, d] row-major, W [m, d], result [n, m] row-major. */
    static float[] timesTransposed(float[] x, Matrix weight) {
        int d = weight.columns();
        int n = x.length / d;
        if (n * d != x.length) {
            throw new IllegalArgumentException("expected a multiple of " + d + " features, found " + x.length);
        }
        float[] result = new float[n * weight.rows()];
        for (int i = 0; i < n; i++) {
            for (int m = 0; m < weight.rows(); m++) {
                double sum = 0;
                for (int k = 0; k < d; k++) {
                    sum += (double) x[i * d + k] * weight.data()[m * d + k];
                }
                result[i * weight.rows() + m] = (float) sum;
            }
        }
        return result;
    }
}
