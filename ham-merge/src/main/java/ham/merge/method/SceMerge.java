package ham.merge.method;

import ham.merge.Parameters;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.prune.Threshold;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * SCE: select the entries in which the weighted deltas differ most (by their variance over the adapters), calculate what each adapter counts (the mean of its
 * squared selected entries), erase entries against the sign of the sum, and take the weighted mean of what is left. Source: FuseChat, arXiv 2408.07990, section 3.3.
 *
 * <p>As in mergekit {@code floor(density * m)} entries are selected, where m counts those whose variance is not 0; with one adapter there are none, and
 * all are taken. Deltas are formed three times instead of kept.
 *
 * @param density fraction of the entries that is selected; 1 selects all
 * @param scale factor on the result, 1 in the paper
 */
public record SceMerge(BigDecimal density, double scale) implements WeightMerge {
    /**
     * Checks the parameters.
     *
     * @throws ham.merge.InputException when one is out of its range
     */
    public SceMerge {
        Parameters.requireFraction("density", density);
        Parameters.requireFinite("scale", scale);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        LoraFactors shape = contributions.get(0).factors();
        int length = Math.multiplyExact(shape.outputs(), shape.inputs());
        double[] sums = new double[length];
        double[] squares = new double[length];
        for (Contribution each : contributions) {
            float[] product = products.product(each.factors());
            double factor = factor(each);
            for (int i = 0; i < length; i++) {
                double value = factor * product[i];
                sums[i] += value;
                squares[i] += value * value;
            }
        }
        if (density.compareTo(BigDecimal.ONE) < 0 && contributions.size() > 1) {
            select(sums, squares, contributions.size());
        }
        double[] fused = new double[length];
        double[] weights = new double[length];
        double[] energies = energies(contributions, sums, products);
        for (int a = 0; a < energies.length; a++) {
            float[] product = products.product(contributions.get(a).factors());
            double factor = factor(contributions.get(a));
            for (int i = 0; i < length; i++) {
                double value = factor * product[i];
                if (value * sums[i] > 0) {
                    fused[i] += energies[a] * value;
                    weights[i] += energies[a];
                }
            }
        }
        Matrix result = Matrix.zeros(shape.outputs(), shape.inputs());
        for (int i = 0; i < length; i++) {
            result.data()[i] =
                    Double.isNaN(sums[i]) ? Float.NaN : (float) (weights[i] == 0 ? 0 : scale * fused[i] / weights[i]);
        }
        return result;
    }

    private static double factor(Contribution each) {
        return each.weight() * each.factors().scaling();
    }

    /** Sets the sums of entries that are not selected to 0, as if no adapter had them. */
    private void select(double[] sums, double[] squares, int adapters) {
        float[] variances = new float[sums.length];
        int different = 0;
        for (int i = 0; i < sums.length; i++) {
            double mean = sums[i] / adapters;
            variances[i] = (float) Math.max(0, squares[i] / adapters - mean * mean);
            different += variances[i] > 0 ? 1 : 0;
        }
        int selected = density.multiply(BigDecimal.valueOf(different))
                .setScale(0, RoundingMode.FLOOR)
                .intValueExact();
        if (selected == 0) {
            variances = new float[sums.length];
        } else {
            Threshold.of(variances, selected).prune(variances, variances);
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = variances[i] > 0 || Double.isNaN(sums[i]) ? sums[i] : 0;
        }
    }

    /** The sum of the squares of what is selected, for every adapter. */
    private static double[] energies(List<Contribution> contributions, double[] sums, FactorProducts products) {
        double[] energies = new double[contributions.size()];
        for (int a = 0; a < energies.length; a++) {
            float[] product = products.product(contributions.get(a).factors());
            double factor = factor(contributions.get(a));
            for (int i = 0; i < sums.length; i++) {
                energies[a] += sums[i] == 0 ? 0 : factor * product[i] * factor * product[i];
            }
        }
        return energies;
    }
}
