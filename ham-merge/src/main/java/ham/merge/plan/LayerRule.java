package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.Parameters;
import ham.merge.adapter.BiasChange;
import ham.merge.join.HamParameters;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Parameters for the weights whose name an expression is found in, and for the biases beside them.
 *
 * @param match found anywhere in the name of a weight or vector, or of the weight beside a bias
 * @param keep as in {@link HamParameters}
 * @param density as in {@link MergeSettings}
 * @param rank as in {@link MergeSettings}
 * @param weight multiplier of the merged delta
 */
public record LayerRule(
        Pattern match,
        Optional<BigDecimal> keep,
        Optional<BigDecimal> density,
        Optional<Integer> rank,
        Optional<Double> weight) {
    /**
     * Checks the ranges.
     *
     * @throws InputException when a value is out of its range
     */
    public LayerRule {
        keep.ifPresent(value -> Parameters.requireFraction("keep", value));
        density.ifPresent(value -> Parameters.requireFraction("density", value));
        rank.ifPresent(value -> {
            if (value < 1) {
                throw InputException.parameter("rank", "expected at least 1, found " + value);
            }
        });
        weight.ifPresent(value -> Parameters.requireFinite("weight", value));
    }

    boolean matches(String name) {
        return match.matcher(name).find()
                || match.matcher(BiasChange.weightBeside(name)).find();
    }
}
