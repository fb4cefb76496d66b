package ham.merge.method;

import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.tensor.Matrix;
import java.util.List;

/**
 * Model Stock: the mean of the deltas times {@code t = N c / (1 + (N - 1) c)}, where c is the cosine between the deltas: the nearer to 1 the more they
 * agree. Source: Model Stock, arXiv 2403.19522, section 4 (equations 4 and 5).
 *
 * <p>For more than two models the paper has one angle; as in mergekit it is the mean of the cosines of all pairs, here in one pass through the sum of the deltas of
 * length 1. A negative mean gives 0, which is the base; a delta alone stays as it is.
 */
public record ModelStockMerge() implements WeightMerge {
    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        int outputs = contributions.get(0).factors().outputs();
        int inputs = contributions.get(0).factors().inputs();
        double[] sum = new double[Math.multiplyExact(outputs, inputs)];
        double[] directions = new double[sum.length];
        int count = contributions.size();
        int moving = 0;
        for (Contribution each : contributions) {
            float[] product = products.product(each.factors());
            double factor = each.weight() * each.factors().scaling();
            double squares = 0;
            for (float value : product) {
                squares += (double) value * value;
            }
            double length = Math.abs(factor) * Math.sqrt(squares);
            moving += length == 0 ? 0 : 1;
            double normalised = length == 0 ? 0 : factor / length;
            for (int i = 0; i < sum.length; i++) {
                sum[i] += factor * product[i];
                directions[i] += normalised * product[i];
            }
        }
        double ratio = ratio(directions, count, moving);
        Matrix result = Matrix.zeros(outputs, inputs);
        for (int i = 0; i < sum.length; i++) {
            result.data()[i] = (float) (ratio * sum[i] / count);
        }
        return result;
    }

    /** t: {@code |sum of unit vectors|^2} is how many they are and twice the cosines of all pairs. */
    private static double ratio(double[] directions, int count, int moving) {
        if (count == 1) {
            return 1;
        }
        double squares = 0;
        for (double each : directions) {
            squares += each * each;
        }
        double cosine = Math.max(0, (squares - moving) / ((double) count * (count - 1)));
        return count * cosine / (1 + (count - 1) * cosine);
    }
}
