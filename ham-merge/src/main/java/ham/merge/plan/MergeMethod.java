package ham.merge.plan;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The ways to merge. All work on deltas, not on factors, so that no cross terms {@code B_i A_j} appear. */
public enum MergeMethod {
    /** Prune, group, concatenate (METHOD; arXiv 2509.13211). */
    HAM(true),
    /** The weighted mean of the deltas. */
    LINEAR(true),
    /** The weighted sum of the deltas, which concatenation of the factors gives exactly. */
    CAT(true),
    /** The weighted sum times a scale (arXiv 2212.04089). */
    TASK_ARITHMETIC(true),
    /** Trim, elect signs, mean of what agrees (arXiv 2306.01708). */
    TIES(false),
    /** Drop entries at random, rescale, add (arXiv 2311.03099). */
    DARE(false),
    /** Trim by magnitude, add. */
    MAGNITUDE(false),
    /** The weighted sum, truncated to a rank. */
    SVD(false);

    private final boolean factored;

    MergeMethod(boolean factored) {
        this.factored = factored;
    }

    /** Whether the merged delta is a weighted sum of the (pruned) factors' products, so that it can be written as factors exactly. */
    public boolean factored() {
        return factored;
    }

    /** The name that options and records use: {@code task-arithmetic}. */
    @JsonValue
    public String optionName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
