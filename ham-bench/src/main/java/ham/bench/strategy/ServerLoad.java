package ham.bench.strategy;

/**
 * What the scenario server was like for a strategy.
 *
 * @param capacityPerSecond queries a second that the strategy answered one after the other just before
 * @param ratePerSecond queries a second that became due
 * @param achievedPerSecond queries a second that were answered
 * @param boundMs the 99th percentile that is to be kept, in ms
 * @param boundMet whether it was
 * @param overloaded whether the rate is at or above the capacity: the queue then grows for as long as is measured, and so do all percentiles
 */
public record ServerLoad(
        double capacityPerSecond,
        double ratePerSecond,
        double achievedPerSecond,
        double boundMs,
        boolean boundMet,
        boolean overloaded) {}
