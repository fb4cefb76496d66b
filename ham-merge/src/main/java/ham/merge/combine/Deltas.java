package ham.merge.combine;

import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Dense deltas from factors: products and sums in double, rounded to float32 once. */
public final class Deltas {
    private Deltas() {}

    /** The delta [out, in] of every weight: the sum of its branches. */
    public static SortedMap<String, Matrix> sum(SortedMap<String, List<Branch>> branches) {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        branches.forEach((name, each) -> deltas.put(name, sum(each)));
        return deltas;
    }

    /** {@code sum of weight * s * B A} over at least one branch, all of one shape. */
    public static Matrix sum(List<Branch> branches) {
        int outputs = branches.get(0).factors().outputs();
        int inputs = branches.get(0).factors().inputs();
        Matrix delta = Matrix.zeros(outputs, inputs);
        IntStream.range(0, outputs).parallel().forEach(row -> row(branches, row, delta));
        return delta;
    }

    private static void row(List<Branch> branches, int row, Matrix delta) {
        int inputs = delta.columns();
        double[] sum = new double[inputs];
        for (Branch branch : branches) {
            Matrix a = branch.factors().a();
            Matrix b = branch.factors().b();
            for (int r = 0; r < b.columns(); r++) {
                double factor = branch.weight() * branch.factors().scaling() * b.get(row, r);
                if (factor != 0) {
                    for (int c = 0; c < inputs; c++) {
                        sum[c] += factor * a.data()[r * inputs + c];
                    }
                }
            }
        }
        for (int c = 0; c < inputs; c++) {
            delta.data()[row * inputs + c] = (float) sum[c];
        }
    }
}
