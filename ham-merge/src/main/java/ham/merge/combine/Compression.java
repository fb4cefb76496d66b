package ham.merge.combine;

import ham.merge.adapter.LoraFactors;
import ham.merge.kernel.TruncatedSvd;
import ham.merge.tensor.Matrix;
import java.util.List;

/**
 * A delta reduced to a low rank: its best approximation by factors.
 *
 * @param factors {@code B = U sqrt(S)}, {@code A = sqrt(S) V^T}, scaling 1
 * @param lost fraction of the delta's squared Frobenius norm that the factors lack
 */
public record Compression(LoraFactors factors, double lost) {
    /**
     * Of a dense delta.
     *
     * @param rank at least 1; the factors' rank is lower where the delta's smaller side is
     */
    public static Compression of(Matrix delta, int rank) {
        return of(TruncatedSvd.of(delta, rank));
    }

    /**
     * Of a sum of branches; the dense delta is formed only when the summed rank reaches its smaller side.
     *
     * @param branches at least one, all of one shape
     * @param rank at least 1; the factors' rank is lower where the summed rank or the delta's smaller side is
     */
    public static Compression of(List<Branch> branches, int rank) {
        LoraFactors shape = branches.get(0).factors();
        int inner = branches.stream().mapToInt(each -> each.factors().rank()).sum();
        double[] left = new double[Math.multiplyExact(shape.outputs(), inner)];
        double[] right = new double[Math.multiplyExact(inner, shape.inputs())];
        int first = 0;
        for (Branch branch : branches) {
            LoraFactors factors = branch.factors();
            double factor = branch.weight() * factors.scaling();
            for (int r = 0; r < factors.rank(); r++) {
                for (int o = 0; o < factors.outputs(); o++) {
                    left[o * inner + first + r] = factor * factors.b().get(o, r);
                }
                for (int i = 0; i < factors.inputs(); i++) {
                    right[(first + r) * factors.inputs() + i] = factors.a().get(r, i);
                }
            }
            first += factors.rank();
        }
        return of(TruncatedSvd.ofProduct(left, right, shape.outputs(), inner, shape.inputs(), rank));
    }

    private static Compression of(TruncatedSvd svd) {
        return new Compression(new LoraFactors(svd.right(), svd.left(), 1), svd.lost());
    }
}
