package ham.bench.strategy;

import ham.bench.scenario.InterleavedRun.Outcome;
import ham.bench.scenario.Scenario;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one strategy costs in one scenario.
 *
 * @param tasks how many tasks were served
 * @param outcome every query of it
 * @param throughputPerSecond images a second: of the time in which queries were answered, in the scenario server also waited for
 * @param switchMs by how much the median request to another task than the one before is slower than to the same, in ms; 0 where a strategy
 *     has one model or one task
 * @param footprint memory and start, if they could be measured
 * @param diskMb size of the files, in 10^6 bytes
 * @param server what only the scenario server has
 */
public record ServingResult(
        Strategy strategy,
        int tasks,
        Scenario scenario,
        Outcome outcome,
        double throughputPerSecond,
        OptionalDouble switchMs,
        Optional<Footprint> footprint,
        double diskMb,
        Optional<ServerLoad> server) {}
