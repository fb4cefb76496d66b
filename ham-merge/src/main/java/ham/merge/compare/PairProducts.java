package ham.merge.compare;

import ham.merge.kernel.Kernels;
import java.nio.FloatBuffer;

/**
 * Inner products of the deltas of every two adapters at one weight, from their factors: {@code s1 s2 trace((B1^T B2)(A2 A1^T))}. The products
 * of factors are matrix products in float32, gathered tile by tile; their trace is summed in double. Used again by one thread.
 */
public final class PairProducts {
    /** Rows of a tile: enough for the matrix product to run at full speed. */
    private static final int TILE = 128;

    private final Kernels kernels;
    private FloatBuffer productA = Kernels.allocate(0);
    private FloatBuffer productB = Kernels.allocate(0);
    private float[] rowA = new float[0];
    private float[] rowB = new float[0];

    public PairProducts(Kernels kernels) {
        this.kernels = kernels;
    }

    /** Entry [i][j], i &lt;= j, for adapters i and j of the stack; below the diagonal there are zeros. */
    public double[][] of(FactorStack stack, int adapters, WeightShapes shape) {
        double[][] products = new double[adapters][adapters];
        int first = 0;
        while (first < adapters) {
            int end = first + 1;
            while (end < adapters && stack.firstRow(end + 1) - stack.firstRow(first) <= TILE) {
                end++;
            }
            tile(stack, first, end, shape, products);
            first = end;
        }
        return products;
    }

    private void tile(FactorStack stack, int first, int end, WeightShapes shape, double[][] products) {
        int top = stack.firstRow(first);
        int rows = stack.firstRow(end) - top;
        int columns = stack.rank() - top;
        if (productA.capacity() < rows * columns) {
            productA = Kernels.allocate(rows * columns);
            productB = Kernels.allocate(rows * columns);
        }
        if (rowA.length < columns) {
            rowA = new float[columns];
            rowB = new float[columns];
        }
        FloatBuffer a = stack.a(top, shape.inputs());
        FloatBuffer b = stack.b(top, shape.outputs());
        kernels.multiply(a, false, a, true, productA, rows, columns, shape.inputs(), 0);
        kernels.multiply(b, false, b, true, productB, rows, columns, shape.outputs(), 0);
        for (int i = first; i < end; i++) {
            for (int row = stack.firstRow(i); row < stack.firstRow(i + 1); row++) {
                productA.get((row - top) * columns, rowA, 0, columns);
                productB.get((row - top) * columns, rowB, 0, columns);
                for (int j = i; j < products.length; j++) {
                    products[i][j] += dot(rowA, rowB, stack.firstRow(j) - top, stack.firstRow(j + 1) - top);
                }
            }
            for (int j = i; j < products.length; j++) {
                products[i][j] *= stack.scaling(i) * stack.scaling(j);
            }
        }
    }

    private static double dot(float[] first, float[] second, int from, int to) {
        double sum = 0;
        for (int c = from; c < to; c++) {
            sum += (double) first[c] * second[c];
        }
        return sum;
    }
}
