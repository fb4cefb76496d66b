package ham.train.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.train.config.RunConfig;
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
public record FinishedRun(Path folder, ObjectNode metrics) {
    /**
     * Trains a configuration; goes on with it where an unfinished run of it is there, and takes a finished one as it is.
     *
     * @param out the run folder
     * @param environment versions and machine, for the record only
     * @param command the command line, for the record only
     * @throws ham.merge.InputException when something cannot be read or written, or the run that is there has another configuration
     */
    public static FinishedRun of(
            RunConfig config, Path out, Map<String, String> environment, List<String> command, RunProgress progress) {
        RunInputs inputs = RunInputs.open(config);
        if (Files.exists(out.resolve(RunFolder.RECORD))) {
            RunRecord.check(out, inputs);
        } else {
            try (RunFolder folder = RunFolder.open(out, true, false)) {
                RunRecord.writeOrCheck(folder, inputs, environment, command).forEach(progress::warned);
                new StreamTrainer(inputs, progress).run(folder);
                folder.finish();
            }
        }
        return new FinishedRun(out, JsonFiles.read(out.resolve(RunFolder.METRICS), "the accuracies of a run"));
    }
}
