package ham.bench.strategy;

import ham.bench.scenario.Scenario;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.model.SessionSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Measures strategies for one number of tasks. First the footprint of each, in a process of its own; then all are opened, and in every scenario
 * take turns, each with the same stream of tasks; at last requests in pairs for the same task tell the cost of a switch.
 */
public final class ServingBench {
    private final SessionSettings session;
    private final BenchSettings settings;

    /** Plans a benchmark. */
    public ServingBench(SessionSettings session, BenchSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    /**
     * Measures.
     *
     * @param strategies each with the files of so many tasks
     * @param tasks how many are served
     * @param scenarios at least one
     * @param budget about how long to measure, footprints included; every scenario gets at least a round
     * @return results by scenario, in the order of the strategies
     * @throws ham.runtime.ModelException when a file cannot be opened or run
     */
    public List<ServingResult> measure(
            List<ServingFiles> strategies, int tasks, List<Scenario> scenarios, Duration budget) {
        long started = System.nanoTime();
        OnnxRuntime.environment(); // loading the library is nobody's cost in particular
        List<Optional<Footprint>> footprints = strategies.stream()
                .map(files -> ResidentProbe.measure(files, session))
                .toList();
        List<TaskServer> servers = new ArrayList<>();
        try {
            for (ServingFiles files : strategies) {
                servers.add(TaskServer.open(files, session, settings.largestRun()));
            }
            ScenarioRuns run = new ScenarioRuns(
                    servers, tasks, settings, started + budget.toNanos(), scenarios.size() + (tasks > 1 ? 1 : 0));
            List<ScenarioRuns.Measured> measured =
                    scenarios.stream().map(run::measure).toList();
            List<OptionalDouble> switches = run.switches();
            List<ServingResult> results = new ArrayList<>();
            for (int s = 0; s < scenarios.size(); s++) {
                for (int i = 0; i < strategies.size(); i++) {
                    results.add(new ServingResult(
                            strategies.get(i).strategy(),
                            tasks,
                            scenarios.get(s),
                            measured.get(s).outcomes().get(i),
                            measured.get(s).imagesPerSecond(i),
                            switches.get(i),
                            footprints.get(i),
                            strategies.get(i).bytes() / 1e6,
                            measured.get(s).load(i)));
                }
            }
            return results;
        } finally {
            servers.forEach(TaskServer::close);
        }
    }
}
