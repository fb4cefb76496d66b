package ham.runtime.bench;

import ham.runtime.latency.LatencySummary;
import java.util.OptionalDouble;

/**
 * What one strategy costs. A request is one image; tasks come in turn.
 *
 * @param strategy its name
 * @param tasks how many tasks were served
 * @param latency of a request that may go to another task than the one before
 * @param throughputPerSecond requests a second, one at a time: 1000 / mean latency in ms
 * @param switchMs by how much the median request to another task than the one before is slower than to the same, in ms; 0 for one model
 * @param loadMs time to open all sessions, in ms
 * @param residentMb resident memory of a JVM that serves with this strategy alone, after one request a model, in 10^6 bytes
 * @param diskMb size of the model files, in 10^6 bytes
 */
public record ServingResult(
        String strategy,
        int tasks,
        LatencySummary latency,
        double throughputPerSecond,
        double switchMs,
        double loadMs,
        OptionalDouble residentMb,
        double diskMb) {}
