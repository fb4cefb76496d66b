package ham.merge.method;

import ham.merge.InputException;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.gram.InputGram;
import ham.merge.gram.RegMean;
import ham.merge.kernel.Dense;
import ham.merge.tensor.Matrix;
import java.util.List;

/**
 * RegMean: the least-squares merge by the inputs' Gram matrices that every adapter left ({@link RegMean}). A weight multiplies its delta beforehand. Source: arXiv
 * 2212.09849.
 */
public record RegMeanMerge() implements WeightMerge {
    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        RegMean merge = new RegMean();
        for (Contribution each : contributions) {
            InputGram gram = each.gram()
                    .orElseThrow(() -> new InputException("adapter " + each.adapter() + ", weight " + weightName
                            + ": expected the Gram matrix of its inputs, found none; merge by another method"));
            merge.add(
                    Dense.of(each.factors().b())
                            .times(each.weight() * each.factors().scaling()),
                    Dense.of(each.factors().a()),
                    gram);
        }
        return merge.merged().toMatrix();
    }
}
