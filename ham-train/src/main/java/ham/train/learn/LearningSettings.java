package ham.train.learn;

import ham.merge.InputException;
import ham.merge.join.HamParameters;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import ham.train.lora.Recipe;
import java.util.Optional;

/**
 * How a stream of tasks is learnt.
 *
 * @param method the way
 * @param mode whether tasks are trained one upon the other or alone
 * @param merging parameters of the merge
 * @param rateDecay factor on the learning rate of A and B from each task to the next; ours, 1 by default: a smaller one lets later tasks
 *     move less what earlier statistics were taken from
 */
public record LearningSettings(LearningMethod method, MergeMode mode, MergeSettings merging, double rateDecay) {
    /** HAM as the paper has it. */
    public static final LearningSettings DEFAULT = of(LearningMethod.HAM);

    /**
     * Checks the range.
     *
     * @throws InputException naming the option
     */
    public LearningSettings {
        if (!(rateDecay > 0 && rateDecay <= 1)) {
            throw InputException.parameter("lr-decay", "expected a factor above 0 and at most 1, found " + rateDecay);
        }
        if (mode != method.usualMode() && !method.takesEitherMode()) {
            throw InputException.parameter(
                    "mode",
                    "expected " + method.usualMode().optionName() + ", as " + method.optionName() + " trains, found "
                            + mode.optionName() + "; leave it out");
        }
        if (merging.method() != method.merging()) {
            throw new IllegalArgumentException(method + " does not merge by " + merging.method());
        }
        if (method == LearningMethod.CAT_PRUNED && merging.ham().maxGroups() != 1) {
            throw InputException.parameter(
                    "groups",
                    "expected 1, as cat-pruned is ham with one group, found "
                            + merging.ham().maxGroups() + "; leave it out or choose the method ham");
        }
    }

    /** A method with its defaults. */
    public static LearningSettings of(LearningMethod method) {
        return of(method, Optional.empty(), new MergeChoices(), 1);
    }

    /**
     * A method with what somebody chose.
     *
     * @param mode empty for the method's usual one
     * @throws InputException when the method does not use a parameter that was chosen, or a value is out of its range
     */
    public static LearningSettings of(
            LearningMethod method, Optional<MergeMode> mode, MergeChoices choices, double rateDecay) {
        MergeChoices all = method == LearningMethod.CAT_PRUNED
                ? choices.over(new MergeChoices().put(MergeParameter.GROUPS, 1))
                : choices;
        return new LearningSettings(method, mode.orElse(method.usualMode()), all.settings(method.merging()), rateDecay);
    }

    /** The same with other parameters of HAM. */
    public LearningSettings with(HamParameters parameters) {
        return new LearningSettings(method, mode, MergeSettings.ham(parameters), rateDecay);
    }

    /** The same in another mode. */
    public LearningSettings with(MergeMode other) {
        return new LearningSettings(method, other, merging, rateDecay);
    }

    /** The same with another decay of the learning rate. */
    public LearningSettings withRateDecay(double factor) {
        return new LearningSettings(method, mode, merging, factor);
    }

    /** Whether every adapter is trained alone, so that several such methods can share the adapters of one run. */
    public boolean trainsAlone() {
        return mode == MergeMode.INDEPENDENT;
    }

    /** How many tasks of a stream there are to learn: all, or one that holds all classes. */
    public int tasks(int streamed) {
        return method == LearningMethod.JOINT ? 1 : streamed;
    }

    /**
     * The recipe of one task.
     *
     * @param task from 0
     */
    public Recipe recipe(Recipe recipe, int task) {
        boolean still = method == LearningMethod.FROZEN || (method == LearningMethod.RANPAC && task > 0);
        double factor = still ? 0 : Math.pow(rateDecay, task);
        return recipe.withAdapterRate(factor * recipe.adapterRate());
    }

    /** A learner that has met no task. */
    public Learner learner() {
        return switch (method) {
            case HAM, CAT_PRUNED -> new HamLearner(merging.ham(), mode);
            case SEQUENTIAL, JOINT, RANPAC, FROZEN -> new LatestAdapter(true);
            case ORACLE -> new LatestAdapter(false);
            case LINEAR, TASK_ARITHMETIC, TIES, DARE, MAGMAX, MODEL_STOCK, TSV, ISO_C, ISO_CTS, OPCM ->
                new MergingLearner(merging);
            case REGMEAN -> new RegMeanLearner();
            case SD_LORA -> new SdLoraLearner();
        };
    }

    /** Whether {@link #merging} is HAM's. */
    public boolean isHam() {
        return merging.method() == MergeMethod.HAM;
    }
}
