package ham.bench.scenario;

import java.util.Locale;

/** How queries come, after the definitions of MLPerf Inference (Reddi et al., arXiv 1911.02549, section III). */
public enum Scenario {
    /** One image a query, the next query when the last is answered. */
    SINGLE_STREAM("SingleStream"),
    /** Several images a query (8), the next query when the last is answered. */
    MULTI_STREAM("MultiStream"),
    /** One image a query, queries come at random as a Poisson process; latency counts from when a query was due. */
    SERVER("Server"),
    /** Many images at once, in any order: only throughput counts. */
    OFFLINE("Offline");

    private final String title;

    Scenario(String title) {
        this.title = title;
    }

    /** The name that results have, MLPerf's. */
    public String title() {
        return title;
    }

    /** The name that people type. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
