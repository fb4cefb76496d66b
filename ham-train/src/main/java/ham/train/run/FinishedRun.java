package ham.train.run;

import ham.train.config.RunConfig;
import ham.train.record.MetricsRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A run that is trained and measured, without an exported model: what an experiment is made of.
 *
 * @param folder the run folder
 * @param metrics content of {@code metrics.json}
 */
public record FinishedRun(Path folder, MetricsRecord metrics) {
    /**
     * Trains a configuration; goes on with it where an unfinished run of it is there, and takes a finished one as it is.
     *
     * @param out the run folder
     * @param environment versions and machine, for the record; a run that is there must have the same precision
     * @param command the command line, for the record only
     * @throws ham.merge.InputException when something cannot be read or written, or the run that is there has another configuration
     */
    public static FinishedRun of(
            RunConfig config, Path out, Map<String, String> environment, List<String> command, RunProgress progress) {
        try (RunInputs inputs = RunInputs.open(config)) {
            if (Files.exists(out.resolve(RunFolder.RECORD))) {
                RecordedRun.check(out, inputs, environment);
            } else {
                try (RunFolder folder = RunFolder.open(out, true, false)) {
                    RecordedRun.writeOrCheck(folder, inputs, environment, command)
                            .forEach(progress::warned);
                    new StreamTrainer(inputs, progress).run(folder);
                    folder.finish();
                }
            }
        }
        return new FinishedRun(out, MetricsRecord.read(out.resolve(RunFolder.METRICS)));
    }
}
