package ham.bench.traffic;

import java.util.Locale;

/** How tasks follow each other. */
public enum TrafficKind {
    /** 0, 1, 2, ..., 0, 1, 2, ...: every request switches. */
    ROUND_ROBIN,
    /** Each task with the same probability, independently. */
    UNIFORM,
    /** Task k (from 0) with a probability proportional to 1 / (k + 1)^s, independently. */
    ZIPF,
    /** A task drawn uniformly from the others, for a geometrically distributed number of requests. */
    BURSTS;

    /** The name that people type. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
