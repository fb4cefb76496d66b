package ham.merge.plan;

import static ham.merge.plan.MergeMethod.DARE;
import static ham.merge.plan.MergeMethod.HAM;
import static ham.merge.plan.MergeMethod.MAGNITUDE;
import static ham.merge.plan.MergeMethod.SVD;
import static ham.merge.plan.MergeMethod.TASK_ARITHMETIC;
import static ham.merge.plan.MergeMethod.TIES;

import ham.merge.combine.Combine;
import ham.merge.compare.Measure;
import ham.merge.join.HamParameters;
import ham.merge.join.Join;
import ham.merge.method.SignRule;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;

/**
 * A parameter of a merge and the methods that use it.
 *
 * @param name what options and files call it, as {@code keep}
 * @param type of its values
 * @param methods who uses it
 * @param <T> of its values
 */
public record MergeParameter<T>(String name, Class<T> type, Set<MergeMethod> methods) {
    /** {@link HamParameters#keep}. */
    public static final MergeParameter<BigDecimal> KEEP = of("keep", BigDecimal.class, HAM);
    /** {@link HamParameters#tau}. */
    public static final MergeParameter<Double> TAU = of("tau", Double.class, HAM);
    /** {@link HamParameters#maxGroups}. */
    public static final MergeParameter<Integer> GROUPS = of("groups", Integer.class, HAM);
    /** {@link HamParameters#join}. */
    public static final MergeParameter<Join> JOIN = of("join", Join.class, HAM);
    /** {@link HamParameters#combine}. */
    public static final MergeParameter<Combine> COMBINE = of("combine", Combine.class, HAM);
    /** {@link HamParameters#similarity}. */
    public static final MergeParameter<Measure> SIMILARITY = of("similarity", Measure.class, HAM);
    /** {@link MergeSettings#density}. */
    public static final MergeParameter<BigDecimal> DENSITY = of("density", BigDecimal.class, TIES, DARE, MAGNITUDE);
    /** {@link MergeSettings#scale}. */
    public static final MergeParameter<Double> SCALE = of("scale", Double.class, TASK_ARITHMETIC, TIES);
    /** {@link MergeSettings#sign}. */
    public static final MergeParameter<SignRule> SIGN = of("sign", SignRule.class, TIES, DARE);
    /** {@link MergeSettings#seed}. */
    public static final MergeParameter<Long> SEED = of("seed", Long.class, DARE);
    /** {@link MergeSettings#rank}. */
    public static final MergeParameter<Integer> RANK = of("rank", Integer.class, SVD);

    private static final List<MergeParameter<?>> ALL =
            List.of(KEEP, TAU, GROUPS, JOIN, COMBINE, SIMILARITY, DENSITY, SCALE, SIGN, SEED, RANK);

    public MergeParameter {
        methods = Set.copyOf(methods);
    }

    private static <T> MergeParameter<T> of(String name, Class<T> type, MergeMethod... methods) {
        return new MergeParameter<>(name, type, Set.of(methods));
    }

    /** Every parameter. */
    public static List<MergeParameter<?>> all() {
        return ALL;
    }
}
