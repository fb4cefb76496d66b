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
import java.util.function.Function;

/**
 * A parameter of a merge and the methods that use it.
 *
 * @param name what options and files call it, as {@code keep}
 * @param type of its values
 * @param value what it is in settings
 * @param methods who uses it
 * @param <T> of its values
 */
public record MergeParameter<T>(
        String name, Class<T> type, Function<MergeSettings, T> value, Set<MergeMethod> methods) {
    /** {@link HamParameters#keep}. */
    public static final MergeParameter<BigDecimal> KEEP = of("keep", BigDecimal.class, all -> all.ham().keep(), HAM);
    /** {@link HamParameters#tau}. */
    public static final MergeParameter<Double> TAU = of("tau", Double.class, all -> all.ham().tau(), HAM);
    /** {@link HamParameters#maxGroups}. */
    public static final MergeParameter<Integer> GROUPS = of("groups", Integer.class, all -> all.ham().maxGroups(), HAM);
    /** {@link HamParameters#join}. */
    public static final MergeParameter<Join> JOIN = of("join", Join.class, all -> all.ham().join(), HAM);
    /** {@link HamParameters#combine}. */
    public static final MergeParameter<Combine> COMBINE = of("combine", Combine.class, all -> all.ham().combine(), HAM);
    /** {@link HamParameters#similarity}. */
    public static final MergeParameter<Measure> SIMILARITY = of("similarity", Measure.class, all -> all.ham().similarity(), HAM);
    /** {@link MergeSettings#density}. */
    public static final MergeParameter<BigDecimal> DENSITY = of("density", BigDecimal.class, MergeSettings::density, TIES, DARE, MAGNITUDE);
    /** {@link MergeSettings#scale}. */
    public static final MergeParameter<Double> SCALE = of("scale", Double.class, MergeSettings::scale, TASK_ARITHMETIC, TIES);
    /** {@link MergeSettings#sign}. */
    public static final MergeParameter<SignRule> SIGN = of("sign", SignRule.class, MergeSettings::sign, TIES, DARE);
    /** {@link MergeSettings#seed}. */
    public static final MergeParameter<Long> SEED = of("seed", Long.class, MergeSettings::seed, DARE);
    /** {@link MergeSettings#rank}. */
    public static final MergeParameter<Integer> RANK = of("rank", Integer.class, MergeSettings::rank, SVD);

    private static final List<MergeParameter<?>> ALL =
            List.of(KEEP, TAU, GROUPS, JOIN, COMBINE, SIMILARITY, DENSITY, SIGN, SCALE, SEED, RANK);

    public MergeParameter {
        methods = Set.copyOf(methods);
    }

    private static <T> MergeParameter<T> of(
            String name, Class<T> type, Function<MergeSettings, T> value, MergeMethod... methods) {
        return new MergeParameter<>(name, type, value, Set.of(methods));
    }

    /** Every parameter, in the order in which records have them. */
    public static List<MergeParameter<?>> all() {
        return ALL;
    }
}
