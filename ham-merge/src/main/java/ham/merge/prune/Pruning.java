package ham.merge.prune;

import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.SortedMap;
import java.util.TreeMap;

/** Magnitude pruning of an adapter's factors, A and B each on its own (METHOD: prune). */
public final class Pruning {
    private Pruning() {}

    /** The adapter with every factor pruned; scalings are kept. */
    public static LoraAdapter prune(LoraAdapter adapter, BigDecimal keep) {
        SortedMap<String, LoraFactors> pruned = new TreeMap<>();
        adapter.factors()
                .forEach((name, factors) -> pruned.put(
                        name,
                        new LoraFactors(
                                keepLargest(factors.a(), keep), keepLargest(factors.b(), keep), factors.scaling())));
        return new LoraAdapter(adapter.name(), pruned).withGrams(adapter.grams());
    }

    /**
     * Keeps the {@code ceil(keep * numel)} entries of largest absolute value and zeroes the others; among equal values the lower flat index
     * stays.
     *
     * @param keep exact decimal fraction, 0 &lt; keep &lt;= 1
     * @return a new matrix of the same shape, or the same matrix when everything is kept
     */
    public static Matrix keepLargest(Matrix matrix, BigDecimal keep) {
        int kept = Threshold.kept(keep, matrix.data().length);
        return Threshold.of(matrix.data(), kept).prune(matrix);
    }
}
