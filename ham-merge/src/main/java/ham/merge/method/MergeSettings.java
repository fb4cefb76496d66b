package ham.merge.method;

import ham.merge.InputException;
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
        Sign sign,
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
        requireFraction("--density", density);
        if (!Double.isFinite(scale)) {
            throw new InputException("--scale: expected a finite number, found " + scale);
        }
        if (rank < 1) {
            throw new InputException("--rank: expected at least 1, found " + rank);
        }
        if (sign == Sign.NONE && method == MergeMethod.TIES) {
            throw new InputException("--sign: expected total or frequency for ties, found none");
        }
        layers = List.copyOf(layers);
    }

    static void requireFraction(String option, BigDecimal value) {
        if (value.signum() <= 0 || value.compareTo(BigDecimal.ONE) > 0) {
            throw new InputException(option + ": expected a fraction above 0 and at most 1, found " + value);
        }
    }

    /** The defaults of a method. */
    public static MergeSettings of(MergeMethod method) {
        return new MergeSettings(
                method,
                HamParameters.DEFAULTS,
                DEFAULT_DENSITY,
                1,
                method == MergeMethod.TIES ? Sign.TOTAL : Sign.NONE,
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
     * What every adapter's delta is multiplied by before the method does its work.
     *
     * @throws InputException when {@code linear} would divide by zero
     */
    List<Double> coefficients(List<Double> weights) {
        double factor =
                switch (method) {
                    case LINEAR -> 1 / total(weights);
                    case TASK_ARITHMETIC -> scale;
                    default -> 1;
                };
        return weights.stream().map(weight -> factor * weight).toList();
    }

    private static double total(List<Double> weights) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        if (sum == 0) {
            throw new InputException(
                    "--weight: expected weights whose sum linear can divide by, found the sum 0; use task-arithmetic");
        }
        return sum;
    }

    /** How a method without factors merges one weight. */
    WeightMerge weightMerge(String weight) {
        return (name, contributions) -> null;
    }
}
