package ham.train.experiment;

import ham.merge.InputException;
import ham.train.config.RunConfig;
import ham.train.run.FinishedRun;
import ham.train.run.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Runs one after the other, in folders of their own. A finished run is kept, an unfinished one goes on, one of another configuration is
 * refused: after a kill the same experiment goes on.
 *
 * <p>Of runs of the same order and the same options that train their adapters alone, the first one trains and the others take its adapters.
 */
public final class Experiment {
    private final Path runsFolder;
    private final List<PlannedRun> plan;

    /**
     * Plans an experiment; nothing is computed yet.
     *
     * @param runsFolder holds the run folders
     * @throws InputException when two runs have the same name and order
     */
    public Experiment(Path runsFolder, List<PlannedRun> runs) {
        this.runsFolder = runsFolder.toAbsolutePath().normalize();
        Set<String> folders = new HashSet<>();
        for (PlannedRun run : runs) {
            if (!folders.add(run.folder())) {
                throw new InputException("experiment: expected every run once, found " + run.name() + " of order "
                        + run.order() + " twice; give it another name");
            }
        }
        this.plan = shared(runs);
    }

    /** The runs, with adapters taken from one another where that is possible. */
    public List<PlannedRun> plan() {
        return plan;
    }

    private List<PlannedRun> shared(List<PlannedRun> runs) {
        Map<List<Object>, Path> trained = new LinkedHashMap<>();
        List<PlannedRun> planned = new ArrayList<>();
        for (PlannedRun run : runs) {
            RunConfig config = run.config();
            if (!config.learning().trainsAlone() || config.adapters().isPresent()) {
                planned.add(run);
                continue;
            }
            Path folder = runsFolder.resolve(run.folder());
            List<Object> training = config.aloneTraining();
            Optional<Path> source = RunFolder.recorded(folder)
                    .map(record -> Optional.of(record.parameter("adapters"))
                            .filter(before -> !before.isEmpty())
                            .map(before -> runsFolder.resolve(Path.of(before).getFileName())))
                    .orElseGet(() -> Optional.ofNullable(trained.get(training)));
            planned.add(source.map(path -> new PlannedRun(
                            run.name(),
                            run.order(),
                            config.toBuilder().optAdapters(path).build()))
                    .orElse(run));
            if (source.isEmpty()) {
                trained.putIfAbsent(training, folder);
            }
        }
        return List.copyOf(planned);
    }

    /**
     * Runs what is not finished yet.
     *
     * @param environment versions and machine, for the records only
     * @param command the command line, for the records only
     * @return every run in the order of the plan
     * @throws InputException when something cannot be read or written, or a run that is there has another configuration
     */
    public List<MeasuredRun> run(Map<String, String> environment, List<String> command, ExperimentProgress progress) {
        List<MeasuredRun> measured = new ArrayList<>();
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (int i = 0; i < plan.size(); i++) {
            PlannedRun run = plan.get(i);
            FinishedRun finished = FinishedRun.of(
                    run.config(),
                    runsFolder.resolve(run.folder()),
                    environment,
                    command,
                    progress.begins(i + 1, plan.size(), run, left(plan.subList(i, plan.size()), seconds)));
            seconds.put(run.name(), MeasuredRun.secondsOf(finished));
            measured.add(MeasuredRun.of(run, finished));
            progress.finished(List.copyOf(measured));
        }
        return measured;
    }

    /**
     * The folders of the runs in two parts: those that need no other, and those that take the adapters of one of them.
     */
    public List<List<String>> waves() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        for (PlannedRun run : plan) {
            boolean waits = run.config()
                    .adapters()
                    .filter(adapters -> runsFolder.equals(adapters.getParent()))
                    .isPresent();
            (waits ? second : first).add(run.folder());
        }
        return List.of(first, second);
    }

    /**
     * Does one run, or goes on with it; for a machine that has a part of the experiment.
     *
     * @param folder of the run
     * @throws InputException when the plan has no such run, or as {@link #run}
     */
    public void runOne(
            String folder, Map<String, String> environment, List<String> command, ExperimentProgress progress) {
        for (int i = 0; i < plan.size(); i++) {
            PlannedRun run = plan.get(i);
            if (run.folder().equals(folder)) {
                FinishedRun unused = FinishedRun.of(
                        run.config(),
                        runsFolder.resolve(folder),
                        environment,
                        command,
                        progress.begins(i + 1, plan.size(), run, OptionalDouble.empty()));
                return;
            }
        }
        throw new InputException("experiment: expected a run of its plan, found " + folder);
    }

    /** A run takes as long as the one of its name before it, else as long as the mean of all. */
    private static OptionalDouble left(List<PlannedRun> rest, Map<String, Double> seconds) {
        OptionalDouble mean =
                seconds.values().stream().mapToDouble(each -> each).average();
        return mean.isEmpty()
                ? mean
                : OptionalDouble.of(rest.stream()
                        .mapToDouble(run -> seconds.getOrDefault(run.name(), mean.getAsDouble()))
                        .sum());
    }
}
