package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.Parameters;
import ham.merge.join.HamParameters;
import ham.merge.method.CatMerge;
import ham.merge.method.DareMerge;
import ham.merge.method.LinearMerge;
import ham.merge.method.MagnitudeMerge;
import ham.merge.method.SignRule;
import ham.merge.method.SvdMerge;
import ham.merge.method.TaskArithmeticMerge;
import ham.merge.method.TiesMerge;
import ham.merge.method.WeightMerge;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a merge can be told besides its adapters and their weights. What a method does not use is ignored.
 *
 * @param method how to merge
 * @param ham parameters of {@link MergeMethod#HAM}
 * @param density fraction of the entries of each delta that {@code ties}, {@code dare} and {@code magnitude} keep, 0 &lt; density &lt;= 1
 * @param scale factor on the result of {@code task-arithmetic} and {@code ties}
 * @param sign how {@code ties} and {@code dare} elect the sign of an entry
 * @param seed of {@code dare}'s random masks
 * @param rank most singular values that {@code svd} keeps, at least 1
 * @param layers parameters for some weights; of the rules that match a weight the first that gives a parameter counts
 */
public record MergeSettings(
        MergeMethod method,
        HamParameters ham,
        BigDecimal density,
        double scale,
        SignRule sign,
        long seed,
        int rank,
        List<LayerRule> layers) {
    /** The fraction that {@link MergeSettings#density} is when nothing is said. */
    public static final BigDecimal DEFAULT_DENSITY = new BigDecimal("0.5");

    /** The rank that {@code svd} truncates to when nothing is said. */
    public static final int DEFAULT_RANK = 16;

    /**
     * Checks the ranges.
     *
     * @throws InputException when a value is out of its range
     */
    public MergeSettings {
        Parameters.requireFraction("density", density);
        Parameters.requireFinite("scale", scale);
        if (rank < 1) {
            throw InputException.parameter("rank", "expected at least 1, found " + rank);
        }
        if (sign == SignRule.NONE && method == MergeMethod.TIES) {
            throw InputException.parameter("sign", "expected total or frequency for ties, found none");
        }
        layers = List.copyOf(layers);
    }

    /** The defaults of a method. */
    public static MergeSettings of(MergeMethod method) {
        return new MergeSettings(
                method,
                HamParameters.DEFAULTS,
                DEFAULT_DENSITY,
                1,
                method == MergeMethod.TIES ? SignRule.TOTAL : SignRule.NONE,
                0,
                DEFAULT_RANK,
                List.of());
    }

    /** A HAM merge. */
    public static MergeSettings ham(HamParameters parameters) {
        MergeSettings defaults = of(MergeMethod.HAM);
        return new MergeSettings(
                MergeMethod.HAM,
                parameters,
                defaults.density,
                defaults.scale,
                defaults.sign,
                defaults.seed,
                defaults.rank,
                List.of());
    }

    /** Fraction of the entries of A and of B that pruning keeps at a weight. */
    public BigDecimal keep(String weight) {
        return rule(weight, LayerRule::keep).orElse(ham.keep());
    }

    /** The density at a weight. */
    public BigDecimal density(String weight) {
        return rule(weight, LayerRule::density).orElse(density);
    }

    /** The rank at a weight. */
    public int rank(String weight) {
        return rule(weight, LayerRule::rank).orElse(rank);
    }

    /** What the merged delta of a weight is multiplied by. */
    public double layerWeight(String weight) {
        return rule(weight, LayerRule::weight).orElse(1.0);
    }

    private <T> Optional<T> rule(String weight, Function<LayerRule, Optional<T>> value) {
        return layers.stream()
                .filter(each -> each.matches(weight))
                .flatMap(each -> value.apply(each).stream())
                .findFirst();
    }

    /**
     * How one weight is merged; for ham, whose groups have decided what each adapter counts, by their sum.
     *
     * @param totalWeight sum of the weights of all adapters
     * @throws InputException when the method cannot use these weights
     */
    WeightMerge weightMerge(String weight, double totalWeight) {
        return switch (method) {
            case HAM, CAT -> new CatMerge();
            case LINEAR -> new LinearMerge(totalWeight);
            case TASK_ARITHMETIC -> new TaskArithmeticMerge(scale);
            case TIES -> new TiesMerge(density(weight), sign, scale);
            case DARE -> new DareMerge(density(weight), seed, sign);
            case MAGNITUDE -> new MagnitudeMerge(density(weight));
            case SVD -> new SvdMerge(rank(weight));
        };
    }
}
