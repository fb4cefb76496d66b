package ham.merge.compare;

import ham.merge.adapter.LoraFactors;
import ham.merge.tensor.Matrix;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Inner products of deltas from their factors, without the dense product: {@code <s1 B1 A1, s2 B2 A2> = s1 s2 trace((B1^T B2)(A2 A1^T))},
 * accumulated in double (METHOD: similarity).
 */
public final class Similarity {
    private Similarity() {}

    /** Inner products of two adapters' deltas at every weight that both change; elsewhere one side is zero. */
    public static SortedMap<String, Double> innerProducts(
            SortedMap<String, LoraFactors> first, SortedMap<String, LoraFactors> second) {
        SortedMap<String, Double> products = new TreeMap<>();
        first.forEach((weight, factors) -> {
            LoraFactors other = second.get(weight);
            if (other != null) {
                products.put(weight, innerProduct(factors, other));
            }
        });
        return products;
    }

    public static double total(SortedMap<String, Double> perWeight) {
        double sum = 0;
        for (double each : perWeight.values()) {
            sum += each;
        }
        return sum;
    }

    static double innerProduct(LoraFactors first, LoraFactors second) {
        int r1 = first.rank();
        int r2 = second.rank();
        double[] outer = new double[r1 * r2];
        accumulateTransposed(first.b(), second.b(), outer);
        double trace = 0;
        for (int i = 0; i < r1; i++) {
            for (int j = 0; j < r2; j++) {
                trace += outer[i * r2 + j] * rowProduct(first.a(), i, second.a(), j);
            }
        }
        return first.scaling() * second.scaling() * trace;
    }

    /** Adds {@code B1^T B2} to {@code result} [r1, r2]. */
    private static void accumulateTransposed(Matrix first, Matrix second, double[] result) {
        int r1 = first.columns();
        int r2 = second.columns();
        for (int row = 0; row < first.rows(); row++) {
            for (int i = 0; i < r1; i++) {
                double factor = first.get(row, i);
                if (factor != 0) {
                    for (int j = 0; j < r2; j++) {
                        result[i * r2 + j] += factor * second.data()[row * r2 + j];
                    }
                }
            }
        }
    }

    private static double rowProduct(Matrix first, int i, Matrix second, int j) {
        int columns = first.columns();
        double sum = 0;
        for (int c = 0; c < columns; c++) {
            sum += (double) first.data()[i * columns + c] * second.data()[j * columns + c];
        }
        return sum;
    }

    /** Cosine from an inner product and two squared norms; 0 when a norm is 0. */
    public static double cosine(double innerProduct, double squaredNorm, double otherSquaredNorm) {
        double norms = Math.sqrt(squaredNorm) * Math.sqrt(otherSquaredNorm);
        return norms > 0 ? innerProduct / norms : 0;
    }
}
