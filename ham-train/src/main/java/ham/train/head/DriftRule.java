package ham.train.head;

import java.util.Locale;

/** What is done about features that move while statistics of earlier tasks stay as they were taken. */
public enum DriftRule {
    /** Nothing: the paper's setting. */
    NONE,
    /** A linear map between the present task's features before and after its training stands between old statistics and new features. */
    LINEAR,
    /** As {@link #LINEAR}, and the map is fitted on as many mosaics of the task's images too: they look less alike than two classes do. */
    MOSAIC,
    /**
     * Statistics are made anew for every model from statistics of the states that enter its tail, which no adapter of the tail changes
     * ({@link StateStatistics}).
     */
    STATES;

    /** Whether a linear map is fitted. */
    public boolean isMap() {
        return this == LINEAR || this == MOSAIC;
    }

    /** The name that options use: {@code none}, {@code linear}, {@code mosaic}, {@code states}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
