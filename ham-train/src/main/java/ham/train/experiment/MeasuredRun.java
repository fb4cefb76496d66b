package ham.train.experiment;

import ham.merge.InputException;
import ham.merge.folder.AdapterFolder;
import ham.merge.safetensors.SafetensorsFile;
import ham.train.learn.LearningMethod;
import ham.train.metrics.Predictions;
import ham.train.record.MetricsRecord;
import ham.train.record.RunRecord;
import ham.train.record.TaskRecord;
import ham.train.run.FinishedRun;
import ham.train.run.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a finished run of an experiment gave.
 *
 * @param run what was planned
 * @param folder the run folder
 * @param heads by name of the head
 * @param seconds by phase; training is that of the run which trained the adapters
 * @param trainedParameters numbers in all trained A and B, heads and scalars not counted
 * @param keptBytes size of what must be kept to learn one more task: adapters (the last alone where it goes on from task to task, none of a frozen
 *     backbone), Gram matrices, and statistics of heads, which runs of earlier releases do not tell
 * @param predictions for every test image; empty in runs of earlier releases
 * @param tasks {@code tasks} of {@code metrics.json}
 * @param commit of ham with which it was made; empty where it is not recorded
 */
public record MeasuredRun(
        PlannedRun run,
        Path folder,
        Map<String, HeadFigures> heads,
        Map<String, Double> seconds,
        long trainedParameters,
        List<TaskRecord> tasks,
        long keptBytes,
        Optional<Predictions> predictions,
        String commit) {
    private static final String TRAINING = "training";

    /** Reads a finished run. */
    static MeasuredRun of(PlannedRun run, FinishedRun finished) {
        MetricsRecord metrics = finished.metrics();
        Map<String, HeadFigures> heads = new LinkedHashMap<>();
        String method = run.config().learning().method().optionName() + "/";
        metrics.variants().forEach((name, figures) -> {
            if (name.startsWith(method)) {
                heads.put(
                        name.substring(method.length()),
                        HeadFigures.of(figures, run.config().stream().tasks()));
            }
        });
        Map<String, Double> seconds = seconds(metrics);
        run.config()
                .adapters()
                .ifPresent(source -> seconds.merge(
                        TRAINING,
                        seconds(MetricsRecord.read(source.resolve(RunFolder.METRICS)))
                                .getOrDefault(TRAINING, 0.0),
                        Double::sum));
        return new MeasuredRun(
                run,
                finished.folder(),
                heads,
                seconds,
                parameters(run, finished.folder(), metrics.tasks().size()),
                metrics.tasks(),
                kept(run, finished.folder(), metrics),
                Optional.of(finished.folder().resolve(Predictions.FILE))
                        .filter(Files::exists)
                        .map(Predictions::read),
                commit(finished.folder().resolve(RunRecord.FILE)));
    }

    private static String commit(Path record) {
        return Files.exists(record) ? RunRecord.read(record).environment().getOrDefault(RunRecord.COMMIT, "") : "";
    }

    private static long kept(PlannedRun run, Path folder, MetricsRecord metrics) {
        long bytes = metrics.statisticsBytes() == null ? 0 : metrics.statisticsBytes();
        for (Path adapter : adapters(run, folder, metrics.tasks().size())) {
            try (Stream<Path> files = Files.list(adapter)) {
                for (Path file :
                        files.filter(each -> !each.endsWith(AdapterFolder.HEAD)).toList()) {
                    bytes += Files.size(file);
                }
            } catch (IOException | UncheckedIOException e) {
                throw new InputException(adapter, "cannot be read: " + e.getMessage(), e);
            }
        }
        return bytes;
    }

    /** Folders of the adapters without which no further task can be learnt. */
    private static List<Path> adapters(PlannedRun run, Path folder, int tasks) {
        LearningMethod method = run.config().learning().method();
        if (method == LearningMethod.FROZEN) {
            return List.of();
        }
        return IntStream.range(method.goesOn() ? tasks - 1 : 0, tasks)
                .mapToObj(task -> RunFolder.adapter(folder, task))
                .toList();
    }

    private static Map<String, Double> seconds(MetricsRecord metrics) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (TaskRecord task : metrics.tasks()) {
            task.seconds().forEach((phase, value) -> seconds.merge(phase, value, Double::sum));
        }
        return seconds;
    }

    /** Seconds of all phases of a run, its own only. */
    static double secondsOf(FinishedRun run) {
        return seconds(run.metrics()).values().stream()
                .mapToDouble(value -> value)
                .sum();
    }

    private static long parameters(PlannedRun run, Path folder, int tasks) {
        return adapters(run, folder, tasks).stream()
                .map(adapter -> SafetensorsFile.open(adapter.resolve("adapter_model.safetensors")))
                .flatMapToLong(adapter -> adapter.names().stream()
                        .mapToLong(name -> adapter.info(name).elements()))
                .sum();
    }

    /** Seconds of training, of merging, and of making the heads. */
    public double learningSeconds() {
        return seconds(TRAINING) + mergingSeconds() + seconds("heads");
    }

    /** Seconds of merging, with the Gram matrices that a merge needs. */
    public double mergingSeconds() {
        return seconds("merging") + seconds("grams");
    }

    /** Seconds of one phase. */
    public double seconds(String phase) {
        return seconds.getOrDefault(phase, 0.0);
    }
}
