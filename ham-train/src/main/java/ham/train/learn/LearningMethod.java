package ham.train.learn;

import ham.merge.plan.MergeMethod;
import ham.merge.record.MergeMode;
import java.util.Locale;

/** The ways to learn a stream of tasks. */
public enum LearningMethod {
    /** Hierarchical adapter merging: prune, group, join, merge (arXiv 2509.13211). */
    HAM(MergeMethod.HAM, MergeMode.SEQUENTIAL),
    /** The same with one group: pruned adapters concatenated. */
    CAT_PRUNED(MergeMethod.HAM, MergeMode.SEQUENTIAL),
    /** One adapter trained on and on, not pruned. */
    SEQUENTIAL(MergeMethod.CAT, MergeMode.SEQUENTIAL),
    /** The mean of adapters that were trained alone. */
    LINEAR(MergeMethod.LINEAR, MergeMode.INDEPENDENT),
    /** The scaled sum of adapters that were trained alone (arXiv 2212.04089). */
    TASK_ARITHMETIC(MergeMethod.TASK_ARITHMETIC, MergeMode.INDEPENDENT),
    /** Adapters trained alone, trimmed, signs elected, averaged (arXiv 2306.01708). */
    TIES(MergeMethod.TIES, MergeMode.INDEPENDENT),
    /** Adapters trained alone, entries dropped at random, rescaled, added (arXiv 2311.03099). */
    DARE(MergeMethod.DARE, MergeMode.INDEPENDENT),
    /** Adapters trained alone, of every entry the largest (arXiv 2407.06322). */
    MAGMAX(MergeMethod.MAGMAX, MergeMode.INDEPENDENT),
    /** The mean of adapters trained alone, nearer to the base the less they agree (arXiv 2403.19522). */
    MODEL_STOCK(MergeMethod.MODEL_STOCK, MergeMode.INDEPENDENT),
    /** Adapters trained alone, their singular vectors made orthogonal together (arXiv 2412.00081). */
    TSV(MergeMethod.TSV, MergeMode.INDEPENDENT),
    /** The sum of adapters trained alone with one singular value for all directions (arXiv 2502.04959). */
    ISO_C(MergeMethod.ISO_C, MergeMode.INDEPENDENT),
    /** The same with directions of each task's own (arXiv 2502.04959). */
    ISO_CTS(MergeMethod.ISO_CTS, MergeMode.INDEPENDENT),
    /** Adapters trained alone, merged by least squares on every task's inputs, of which their Gram matrices are kept (arXiv 2212.09849). */
    REGMEAN(MergeMethod.REGMEAN, MergeMode.INDEPENDENT),
    /** Adapters trained alone, each added outside the leading directions of those before (arXiv 2501.09522). */
    OPCM(MergeMethod.OPCM, MergeMode.INDEPENDENT),
    /** Every earlier pair frozen with a trained scalar of its own; no pruning, no groups (arXiv 2501.13198). */
    SD_LORA(MergeMethod.CAT, MergeMode.SEQUENTIAL),
    /** An adapter a task and the task known: the upper bound of isolation; gives no single model. */
    ORACLE(MergeMethod.CAT, MergeMode.INDEPENDENT),
    /** One adapter, the data of all tasks at once. */
    JOINT(MergeMethod.CAT, MergeMode.SEQUENTIAL),
    /** First-session adaptation: the adapter is trained on the first task and frozen then, as RanPAC's first phase (arXiv 2307.02251). */
    RANPAC(MergeMethod.CAT, MergeMode.SEQUENTIAL),
    /** No adapter: its factors stay at their beginning, which is the zero delta; only the linear head is trained. */
    FROZEN(MergeMethod.CAT, MergeMode.SEQUENTIAL);

    private final MergeMethod merging;
    private final MergeMode usualMode;

    LearningMethod(MergeMethod merging, MergeMode usualMode) {
        this.merging = merging;
        this.usualMode = usualMode;
    }

    /** The name in options, records and variants: {@code sd-lora}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How {@code ham merge} merges the adapters of a run. */
    public MergeMethod merging() {
        return merging;
    }

    /** Whether tasks are trained one upon the other or alone, unless something else is said. */
    public MergeMode usualMode() {
        return usualMode;
    }

    /** Whether its adapters can be trained either way. */
    boolean takesEitherMode() {
        return merging == MergeMethod.HAM;
    }

    /** Whether one model serves all tasks. */
    public boolean givesOneModel() {
        return this != ORACLE;
    }

    /** Whether features of the one model move from task to task. */
    public boolean movesFeatures() {
        return givesOneModel() && this != FROZEN && this != JOINT && this != RANPAC;
    }

    /** Whether an adapter goes on where the one before it ended, and so speaks for all tasks so far. */
    public boolean goesOn() {
        return this == SEQUENTIAL || this == JOINT || this == RANPAC || this == FROZEN;
    }

    /** Whether the model changes when a finished task's adapter joins the others. */
    public boolean joins() {
        return givesOneModel() && !goesOn();
    }

    /** Whether an adapter has a trained importance scalar; without one it is 1. */
    public boolean trainsAlpha() {
        return this == HAM || this == CAT_PRUNED || this == SD_LORA;
    }
}
