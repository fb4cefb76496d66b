package ham.train.head;

import java.util.Locale;

/** What is done about features that move while statistics of earlier tasks stay as they were taken. */
public enum DriftRule {
    /** Nothing: the paper's setting. */
    NONE,
    /** A linear map between the present task's features before and after its training stands between old statistics and new features. */
    LINEAR,
    /**
     * Statistics are made anew for every model from statistics of the latents that enter its tail, which no adapter of the tail changes
     * ({@link LatentStatistics}).
     */
    STATES;

    /** The name that options use: {@code none}, {@code linear}, {@code states}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
