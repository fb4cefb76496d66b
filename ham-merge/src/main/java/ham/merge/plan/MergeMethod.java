package ham.merge.plan;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The ways to merge. All work on deltas, not on factors, so that no cross terms {@code B_i A_j} appear. */
public enum MergeMethod {
    /** Prune, group, concatenate (arXiv 2509.13211). */
    HAM(Work.FACTORS),
    /** The weighted mean of the deltas. */
    LINEAR(Work.FACTORS),
    /** The weighted sum of the deltas, which concatenation of the factors gives exactly. */
    CAT(Work.FACTORS),
    /** The weighted sum times a scale (arXiv 2212.04089). */
    TASK_ARITHMETIC(Work.FACTORS),
    /** Trim, elect signs, mean of what agrees (arXiv 2306.01708). */
    TIES(Work.ENTRIES),
    /** Drop entries at random, rescale, add (arXiv 2311.03099). */
    DARE(Work.ENTRIES),
    /** Trim by magnitude, add. */
    MAGNITUDE(Work.ENTRIES),
    /** The entry of largest magnitude (arXiv 2407.06322). */
    MAGMAX(Work.ENTRIES),
    /** Drop the largest and the smallest entries, add (arXiv 2312.06795). */
    BREADCRUMBS(Work.ENTRIES),
    /** Drop smaller entries more often, elect signs, mean of what agrees (arXiv 2406.11617). */
    DELLA(Work.ENTRIES),
    /** Select where adapters differ, weigh by energy, erase what disagrees (arXiv 2408.07990). */
    SCE(Work.ENTRIES),
    /** The mean, nearer to the base the less the deltas agree (arXiv 2403.19522). */
    MODEL_STOCK(Work.ENTRIES),
    /** The weighted sum, truncated to a rank. */
    SVD(Work.SPECTRUM),
    /** The tasks' singular vectors made orthogonal together (arXiv 2412.00081). */
    TSV(Work.SPECTRUM),
    /** The sum with one singular value for all directions (arXiv 2502.04959). */
    ISO_C(Work.SPECTRUM),
    /** The same with directions of each task's own (arXiv 2502.04959). */
    ISO_CTS(Work.SPECTRUM),
    /** Least squares on every task's inputs, by the Gram matrices that adapters left (arXiv 2212.09849). */
    REGMEAN(Work.STATISTICS),
    /** One after the other, each outside the leading directions of those before (arXiv 2501.09522). */
    OPCM(Work.SPECTRUM);

    /** What a method works on, which decides what it costs. */
    private enum Work {
        FACTORS,
        ENTRIES,
        SPECTRUM,
        STATISTICS
    }

    private final Work work;

    MergeMethod(Work work) {
        this.work = work;
    }

    /** Whether the merged delta is a weighted sum of the (pruned) factors' products, so that it can be written as factors exactly. */
    public boolean factored() {
        return work == Work.FACTORS;
    }

    /** Whether deltas are merged entry by entry, which any {@link ham.merge.space.MergeSpace} allows. */
    public boolean mergesEntries() {
        return work == Work.ENTRIES;
    }

    /** The name that options and records use: {@code task-arithmetic}. */
    @JsonValue
    public String optionName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
