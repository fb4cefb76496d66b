package ham.bench.strategy;

import ham.bench.scenario.StabilityRule;
import ham.bench.traffic.Traffic;
import ham.bench.traffic.TrafficKind;
import ham.runtime.ModelException;
import java.util.OptionalDouble;

/**
 * How requests come and how long is measured.
 *
 * @param traffic which tasks they are for
 * @param multiStream images of a query in the scenario multi-stream
 * @param offline images of a query in the scenario offline
 * @param largestRun most images of one run of a model
 * @param rate queries that become due a second in the scenario server; empty for {@code load}
 * @param load rate as a fraction of what each strategy can answer, measured just before, one query after the other
 * @param boundMs the 99th percentile that the scenario server is to keep, in ms; empty for ten times the mean time that the first strategy takes
 * @param tokens of a text, where models take texts
 * @param queries a strategy that has answered as many in a scenario has no more turns in it
 * @param rule when a strategy is stable
 */
public record BenchSettings(
        Traffic traffic,
        int multiStream,
        int offline,
        int largestRun,
        OptionalDouble rate,
        double load,
        OptionalDouble boundMs,
        int tokens,
        int queries,
        StabilityRule rule) {
    /** Requests for one task after the other; queries of 8 and of 64 images; the server at half of what was measured. */
    public static final BenchSettings DEFAULT = new BenchSettings(
            new Traffic(TrafficKind.ROUND_ROBIN, 1, 10, 1),
            8,
            64,
            16,
            OptionalDouble.empty(),
            0.5,
            OptionalDouble.empty(),
            32,
            20_000,
            StabilityRule.DEFAULT);

    /** The same, but a strategy that has answered as many queries in a scenario has no more turns in it. */
    public BenchSettings atMost(int otherQueries) {
        return new BenchSettings(
                traffic, multiStream, offline, largestRun, rate, load, boundMs, tokens, otherQueries, rule);
    }

    /**
     * Checks the numbers.
     *
     * @throws ModelException if one is out of its range
     */
    public BenchSettings {
        require("number of images of a multi-stream query of at least 1", multiStream >= 1, multiStream);
        require("number of images of an offline query of at least 1", offline >= 1, offline);
        require("largest run of at least 1 image", largestRun >= 1, largestRun);
        require("number of tokens of a text of at least 1", tokens >= 1, tokens);
        require("number of queries of at least 1", queries >= 1, queries);
        require("load of the server above 0 and at most 1", load > 0 && load <= 1, load);
        rate.ifPresent(value -> require("rate above 0 a second", value > 0 && Double.isFinite(value), value));
        boundMs.ifPresent(value -> require("latency bound above 0 ms", value > 0 && Double.isFinite(value), value));
    }

    private static void require(String what, boolean holds, Number found) {
        if (!holds) {
            throw new ModelException("Expected a " + what + ", found " + found + ".");
        }
    }
}
