package ham.merge.method;

import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.tensor.Matrix;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Random adapters and plain, dense arithmetic: the control that the factored code is compared with. */
public final class Laws {
    private Laws() {}

    public static LoraAdapter random(String name, Random random, int weights, int out, int in) {
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        for (int w = 0; w < weights; w++) {
            int rank = 1 + random.nextInt(5);
            factors.put(
                    "layer." + w + ".weight",
                    new LoraFactors(
                            matrix(random, rank, in), matrix(random, out, rank), 0.25 + 2 * random.nextDouble()));
        }
        return new LoraAdapter(name, factors);
    }

    public static Matrix matrix(Random random, int rows, int columns) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) random.nextGaussian();
        }
        return matrix;
    }

    /** {@code s B A}, entry by entry. */
    public static double[] dense(LoraFactors factors) {
        double[] delta = new double[factors.outputs() * factors.inputs()];
        for (int o = 0; o < factors.outputs(); o++) {
            for (int i = 0; i < factors.inputs(); i++) {
                double sum = 0;
                for (int r = 0; r < factors.rank(); r++) {
                    sum += (double) factors.b().get(o, r) * factors.a().get(r, i);
                }
                delta[o * factors.inputs() + i] = factors.scaling() * sum;
            }
        }
        return delta;
    }

    public static double largestDifference(Matrix first, Matrix second) {
        double largest = 0;
        for (int i = 0; i < first.data().length; i++) {
            largest = Math.max(largest, Math.abs((double) first.data()[i] - second.data()[i]));
        }
        return largest;
    }

    public static double largestEntry(Matrix matrix) {
        double largest = 0;
        for (float value : matrix.data()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
