package ham.merge.compare;

import ham.merge.adapter.LoraFactors;
import ham.merge.kernel.Kernels;
import ham.merge.tensor.Matrix;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The factors of several adapters at one weight, one under the other in direct memory: A [R, in] and B^T [R, out], where R is the sum of the
 * ranks. An adapter that does not change the weight has no rows. Used again for weight after weight by one thread.
 */
public final class FactorStack {
    private FloatBuffer a = Kernels.allocate(0);
    private FloatBuffer b = Kernels.allocate(0);
    private float[] transposed = new float[0];
    private int[] firstRow = new int[0];
    private double[] scaling = new double[0];
    private int rank;

    /** Takes the place of what was stacked before. */
    public void fill(List<Optional<LoraFactors>> adapters) {
        fill(adapters, adapters.stream().map(each -> 1.0).toList());
        for (int i = 0; i < adapters.size(); i++) {
            scaling[i] = adapters.get(i).map(LoraFactors::scaling).orElse(0.0);
        }
    }

    /**
     * Takes the place of what was stacked before, with every B multiplied by its factor.
     *
     * @param multipliers one an adapter; nothing is left in {@link #scaling}
     */
    public void fill(List<Optional<LoraFactors>> adapters, List<Double> multipliers) {
        int count = adapters.size();
        firstRow = new int[count + 1];
        scaling = new double[count];
        for (int i = 0; i < count; i++) {
            firstRow[i + 1] =
                    firstRow[i] + adapters.get(i).map(LoraFactors::rank).orElse(0);
        }
        rank = firstRow[count];
        for (int i = 0; i < count; i++) {
            if (adapters.get(i).isPresent()) {
                put(i, adapters.get(i).get(), multipliers.get(i));
            }
        }
    }

    private void put(int adapter, LoraFactors factors, double multiplier) {
        a = room(a, rank * factors.inputs());
        b = room(b, rank * factors.outputs());
        a.put(firstRow[adapter] * factors.inputs(), factors.a().data());
        int length = factors.b().data().length;
        if (transposed.length < length) {
            transposed = new float[length];
        }
        transpose(factors.b(), multiplier, transposed);
        b.put(firstRow[adapter] * factors.outputs(), transposed, 0, length);
    }

    private static FloatBuffer room(FloatBuffer buffer, int length) {
        return buffer.capacity() >= length ? buffer : Kernels.allocate(length);
    }

    private static void transpose(Matrix matrix, double multiplier, float[] target) {
        int rows = matrix.rows();
        int columns = matrix.columns();
        float[] data = matrix.data();
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                target[c * rows + r] = (float) (multiplier * data[r * columns + c]);
            }
        }
    }

    /** R. */
    public int rank() {
        return rank;
    }

    /** A from a row on. */
    public FloatBuffer a(int row, int inputs) {
        return a.slice(row * inputs, (rank - row) * inputs);
    }

    /** B^T from a row on. */
    public FloatBuffer b(int row, int outputs) {
        return b.slice(row * outputs, (rank - row) * outputs);
    }

    /** The first row of an adapter, and of the one after the last adapter R. */
    public int firstRow(int adapter) {
        return firstRow[adapter];
    }

    /** An adapter's s; 0 when it does not change the weight. */
    public double scaling(int adapter) {
        return scaling[adapter];
    }
}
