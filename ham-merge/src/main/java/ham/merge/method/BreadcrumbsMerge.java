package ham.merge.method;

import ham.merge.InputException;
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
 * Model breadcrumbs: of every delta the few largest entries (outliers) and the many smallest are dropped; what is left is summed, or joined by
 * {@link TiesMerge}'s election and mean. Source: Model Breadcrumbs, arXiv 2312.06795, section 3.
 *
 * <p>The paper names what is dropped below (beta) and above (1 - gamma) of each layer; as in mergekit this names what is kept and the outliers: {@code ceil(density * n)}
 * entries are kept below the {@code floor(outliers * n)} largest, and fewer outliers go where both do not fit.
 *
 * @param density fraction of the entries that is kept
 * @param outliers fraction of the largest entries that is dropped, below 1
 * @param sign the election; {@link SignRule#NONE} is the plain weighted sum, the paper's
 * @param scale the paper's alpha
 */
public record BreadcrumbsMerge(BigDecimal density, BigDecimal outliers, SignRule sign, double scale)
        implements WeightMerge {
    /** As mergekit's gamma. */
    public static final BigDecimal DEFAULT_OUTLIERS = new BigDecimal("0.01");

    /**
     * Checks the parameters.
     *
     * @throws InputException when one is out of its range
     */
    public BreadcrumbsMerge {
        Parameters.requireFraction("density", density);
        Parameters.requireFinite("scale", scale);
        if (outliers.signum() < 0 || outliers.compareTo(BigDecimal.ONE) >= 0) {
            throw InputException.parameter(
                    "outliers", "expected a fraction from 0 to below 1, found " + outliers.toPlainString());
        }
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        LoraFactors shape = contributions.get(0).factors();
        int length = Math.multiplyExact(shape.outputs(), shape.inputs());
        int kept = Threshold.kept(density, length);
        int above = Math.min(
                length - kept,
                outliers.multiply(BigDecimal.valueOf(length))
                        .setScale(0, RoundingMode.FLOOR)
                        .intValueExact());
        EntrySums sums = new EntrySums(sign, length);
        float[] largest = new float[length];
        for (Contribution each : contributions) {
            float[] product = products.product(each.factors());
            if (above > 0) {
                Threshold.of(product, above).prune(product, largest);
            }
            Threshold.of(product, above + kept).prune(product, product);
            for (int i = 0; i < length && above > 0; i++) {
                product[i] = largest[i] == 0 ? product[i] : 0;
            }
            sums.add(product, each.weight() * each.factors().scaling());
        }
        return sums.result(shape.outputs(), shape.inputs(), scale);
    }
}
