package ham.merge.plan;

import static ham.merge.plan.MergeMethod.BREADCRUMBS;
import static ham.merge.plan.MergeMethod.DARE;
import static ham.merge.plan.MergeMethod.DELLA;
import static ham.merge.plan.MergeMethod.HAM;
import static ham.merge.plan.MergeMethod.ISO_C;
import static ham.merge.plan.MergeMethod.ISO_CTS;
import static ham.merge.plan.MergeMethod.MAGMAX;
import static ham.merge.plan.MergeMethod.MAGNITUDE;
import static ham.merge.plan.MergeMethod.MODEL_STOCK;
import static ham.merge.plan.MergeMethod.OPCM;
import static ham.merge.plan.MergeMethod.SCE;
import static ham.merge.plan.MergeMethod.SVD;
import static ham.merge.plan.MergeMethod.TASK_ARITHMETIC;
import static ham.merge.plan.MergeMethod.TIES;
import static ham.merge.plan.MergeMethod.TSV;

import ham.merge.combine.Combine;
import ham.merge.compare.Measure;
import ham.merge.join.HamParameters;
import ham.merge.join.Join;
import ham.merge.method.SignRule;
import ham.merge.space.MergeSpace;
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
    public static final MergeParameter<BigDecimal> KEEP =
            of("keep", BigDecimal.class, all -> all.ham().keep(), HAM);
    /** {@link HamParameters#tau}. */
    public static final MergeParameter<Double> TAU =
            of("tau", Double.class, all -> all.ham().tau(), HAM);
    /** {@link HamParameters#maxGroups}. */
    public static final MergeParameter<Integer> GROUPS =
            of("groups", Integer.class, all -> all.ham().maxGroups(), HAM);
    /** {@link HamParameters#join}. */
    public static final MergeParameter<Join> JOIN =
            of("join", Join.class, all -> all.ham().join(), HAM);
    /** {@link HamParameters#combine}. */
    public static final MergeParameter<Combine> COMBINE =
            of("combine", Combine.class, all -> all.ham().combine(), HAM);
    /** {@link HamParameters#similarity}. */
    public static final MergeParameter<Measure> SIMILARITY =
            of("similarity", Measure.class, all -> all.ham().similarity(), HAM);
    /** {@link PeerParameters#density}. */
    public static final MergeParameter<BigDecimal> DENSITY =
            peer("density", BigDecimal.class, PeerParameters::density, TIES, DARE, MAGNITUDE, BREADCRUMBS, DELLA, SCE);
    /** {@link PeerParameters#sign}. */
    public static final MergeParameter<SignRule> SIGN =
            peer("sign", SignRule.class, PeerParameters::sign, TIES, DARE, BREADCRUMBS, DELLA);
    /** {@link PeerParameters#scale}. */
    public static final MergeParameter<Double> SCALE = peer(
            "scale",
            Double.class,
            PeerParameters::scale,
            TASK_ARITHMETIC,
            TIES,
            MAGMAX,
            BREADCRUMBS,
            DELLA,
            SCE,
            TSV,
            ISO_C,
            ISO_CTS);
    /** {@link PeerParameters#seed}. */
    public static final MergeParameter<Long> SEED = peer("seed", Long.class, PeerParameters::seed, DARE, DELLA);
    /** {@link PeerParameters#rank}. */
    public static final MergeParameter<Integer> RANK = peer("rank", Integer.class, PeerParameters::rank, SVD);
    /** {@link PeerParameters#outliers}. */
    public static final MergeParameter<BigDecimal> OUTLIERS =
            peer("outliers", BigDecimal.class, PeerParameters::outliers, BREADCRUMBS);
    /** {@link PeerParameters#window}. */
    public static final MergeParameter<BigDecimal> WINDOW =
            peer("window", BigDecimal.class, PeerParameters::window, DELLA);
    /** {@link PeerParameters#common}. */
    public static final MergeParameter<BigDecimal> COMMON =
            peer("common", BigDecimal.class, PeerParameters::common, ISO_CTS);
    /** {@link PeerParameters#leading}. */
    public static final MergeParameter<BigDecimal> LEADING =
            peer("leading", BigDecimal.class, PeerParameters::leading, OPCM);
    /** {@link PeerParameters#space}. */
    public static final MergeParameter<MergeSpace> SPACE = peer(
            "space",
            MergeSpace.class,
            PeerParameters::space,
            TIES,
            DARE,
            MAGNITUDE,
            MAGMAX,
            BREADCRUMBS,
            DELLA,
            SCE,
            MODEL_STOCK);

    private static final List<MergeParameter<?>> ALL = List.of(
            KEEP,
            TAU,
            GROUPS,
            JOIN,
            COMBINE,
            SIMILARITY,
            DENSITY,
            SIGN,
            SCALE,
            SEED,
            RANK,
            OUTLIERS,
            WINDOW,
            COMMON,
            LEADING,
            SPACE);

    public MergeParameter {
        methods = Set.copyOf(methods);
    }

    private static <T> MergeParameter<T> of(
            String name, Class<T> type, Function<MergeSettings, T> value, MergeMethod... methods) {
        return new MergeParameter<>(name, type, value, Set.of(methods));
    }

    private static <T> MergeParameter<T> peer(
            String name, Class<T> type, Function<PeerParameters, T> value, MergeMethod... methods) {
        return of(name, type, settings -> value.apply(settings.peers()), methods);
    }

    /** Every parameter, in the order in which records have them. */
    public static List<MergeParameter<?>> all() {
        return ALL;
    }
}
