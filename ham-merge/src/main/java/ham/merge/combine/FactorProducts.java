package ham.merge.combine;

import ham.merge.adapter.LoraFactors;
import ham.merge.kernel.Kernels;
import ham.merge.tensor.Matrix;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Dense products of factors through {@link Kernels}, weight after weight with the same buffers. Not thread-safe: each thread has its own.
 *
 * <p>Products and sums are float32; {@link Deltas} is the control in double.
 */
public final class FactorProducts {
    /** Longer sums are cut here, so that memory does not grow with the number of adapters. */
    private static final int MOST_RANK = 1024;

    private final Kernels kernels;
    private FloatBuffer left = Kernels.allocate(0);
    private FloatBuffer right = Kernels.allocate(0);
    private FloatBuffer result = Kernels.allocate(0);
    private float[] product = {};

    /** Products that the given kernels multiply. */
    public FactorProducts(Kernels kernels) {
        this.kernels = kernels;
    }

    /**
     * The sum [out, in] of {@code weight * s * B A} over all branches, by products of {@code [w_1 s_1 B_1, w_2 s_2 B_2, ...]} and
     * {@code [A_1; A_2; ...]}.
     *
     * @param branches at least one, all of one shape
     */
    public Matrix sum(List<Branch> branches) {
        LoraFactors shape = branches.get(0).factors();
        Matrix sum = Matrix.zeros(shape.outputs(), shape.inputs());
        sum(branches, sum.data());
        return sum;
    }

    /**
     * {@code B A} [out, in], without the scaling.
     *
     * @return an array of this object, which the caller may change and the next call overwrites
     */
    public float[] product(LoraFactors factors) {
        int length = Math.multiplyExact(factors.outputs(), factors.inputs());
        if (product.length != length) {
            product = new float[length];
        }
        sum(List.of(new Branch(1, new LoraFactors(factors.a(), factors.b(), 1))), product);
        return product;
    }

    private void sum(List<Branch> branches, float[] target) {
        result = atLeast(result, target.length);
        int first = 0;
        while (first < branches.size()) {
            int end = first;
            int rank = 0;
            do {
                rank += branches.get(end++).factors().rank();
            } while (end < branches.size() && rank + branches.get(end).factors().rank() <= MOST_RANK);
            addProduct(branches.subList(first, end), rank, first == 0 ? 0 : 1);
            first = end;
        }
        result.get(target).clear();
    }

    private void addProduct(List<Branch> branches, int rank, float beta) {
        int outputs = branches.get(0).factors().outputs();
        int inputs = branches.get(0).factors().inputs();
        left = atLeast(left, Math.multiplyExact(outputs, rank));
        right = atLeast(right, Math.multiplyExact(rank, inputs));
        float[] row = new float[rank];
        for (int o = 0; o < outputs; o++) {
            int next = 0;
            for (Branch branch : branches) {
                double factor = branch.weight() * branch.factors().scaling();
                Matrix b = branch.factors().b();
                for (int r = 0; r < b.columns(); r++) {
                    row[next++] = (float) (factor * b.get(o, r));
                }
            }
            left.put(row);
        }
        branches.forEach(branch -> right.put(branch.factors().a().data()));
        kernels.multiply(left.clear(), false, right.clear(), false, result, outputs, inputs, rank, beta);
    }

    private static FloatBuffer atLeast(FloatBuffer buffer, int length) {
        return buffer.capacity() < length ? Kernels.allocate(length) : buffer;
    }
}
