package ham.merge.combine;

import ham.merge.kernel.Kernels;
import ham.merge.tensor.Matrix;
import java.nio.FloatBuffer;

/**
 * Two numbers that say how large a delta is and how many directions it really uses.
 *
 * @param norm Frobenius norm
 * @param effectiveRank participation ratio of the squared singular values, {@code (sum s_i^2)^2 / sum s_i^4}: 1 for a delta of rank one, n
 *     for n equal singular values; 0 for a zero delta
 */
public record DeltaStatistics(double norm, double effectiveRank) {
    /** Reusable room for a delta and its product with itself; of one thread. */
    public static final class Workspace {
        private FloatBuffer scaled = Kernels.allocate(0);
        private FloatBuffer product = Kernels.allocate(0);
        private float[] row = new float[0];

        /** The statistics of a delta with finite entries. */
        public DeltaStatistics of(Matrix delta, Kernels kernels) {
            double squares = 0;
            for (float value : delta.data()) {
                squares += (double) value * value;
            }
            if (squares == 0) {
                return new DeltaStatistics(0, 0);
            }
            // Entries at most 1, so that no fourth power leaves float32.
            double scale = 1 / Math.sqrt(squares);
            int size = Math.min(delta.rows(), delta.columns());
            allocate(delta, size);
            for (int r = 0; r < delta.rows(); r++) {
                for (int c = 0; c < delta.columns(); c++) {
                    row[c] = (float) (scale * delta.get(r, c));
                }
                scaled.put(r * delta.columns(), row, 0, delta.columns());
            }
            if (delta.rows() <= delta.columns()) {
                kernels.gram(scaled, product, size, delta.columns());
            } else {
                kernels.multiply(scaled, true, scaled, false, product, size, size, delta.rows(), 0);
            }
            return new DeltaStatistics(Math.sqrt(squares), 1 / fourthPowers(size));
        }

        private void allocate(Matrix delta, int size) {
            if (scaled.capacity() < delta.data().length) {
                scaled = Kernels.allocate(delta.data().length);
            }
            if (product.capacity() < size * size) {
                product = Kernels.allocate(size * size);
            }
            if (row.length < Math.max(size, delta.columns())) {
                row = new float[Math.max(size, delta.columns())];
            }
        }

        /** Sum of the squared entries of the symmetric product, from its upper triangle. */
        private double fourthPowers(int size) {
            double sum = 0;
            for (int r = 0; r < size; r++) {
                product.get(r * size, row, 0, size);
                sum += (double) row[r] * row[r];
                for (int c = r + 1; c < size; c++) {
                    sum += 2.0 * row[c] * row[c];
                }
            }
            return sum;
        }
    }
}
