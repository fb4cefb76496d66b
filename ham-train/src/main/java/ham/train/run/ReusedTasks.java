package ham.train.run;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.merge.head.Head;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadKind;
import ham.merge.head.LinearHead;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import ham.train.lora.TaskStart;
import ham.train.record.RunRecord;
import ham.train.replay.LatentReplay;
import ham.train.stream.Split;
import ham.train.stream.TaskStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The adapters of another finished run that trained each alone, from the same base and data and with the same options as far as training
 * goes, so that several methods share one training.
 */
final class ReusedTasks implements TaskSource {
    private final RunInputs inputs;
    private final Path run;
    private final LinearHead heads;

    /**
     * Opens the run.
     *
     * @throws InputException when it is not finished, did not train its adapters alone, or differs, naming the option
     */
    ReusedTasks(RunInputs inputs, Path run) {
        this.inputs = inputs;
        this.run = run;
        Path file = run.resolve(RunFolder.RECORD);
        RunRecord record = RunRecord.read(file, "the record of a finished run whose adapters are to be used");
        requireAlone(file, record);
        requireSame(file, record);
        Path linear = RunOutputs.head(run, HeadKind.LINEAR);
        Head head = HeadFile.read(linear).head();
        if (!(head instanceof LinearHead found)
                || found.classes() != inputs.stream().order().length) {
            throw new InputException(
                    linear, "expected a linear head of all classes, found another; use a run that is whole");
        }
        heads = found;
    }

    /** SHA-256 over the adapters and linear heads of a run, wherever it lies; empty where there are none. */
    static Optional<String> sha256(Path run) {
        List<Path> files = new ArrayList<>();
        for (int task = 0; Files.isDirectory(RunFolder.adapter(run, task)); task++) {
            Path adapter = RunFolder.adapter(run, task);
            files.add(adapter.resolve("adapter_model.safetensors"));
            files.add(adapter.resolve(HamRecord.FILE));
        }
        if (files.isEmpty()) {
            return Optional.empty();
        }
        files.add(RunOutputs.head(run, HeadKind.LINEAR));
        return Optional.of(DataHash.sha256(run, files));
    }

    private static void requireAlone(Path file, RunRecord record) {
        String mode = record.parameter("mode");
        if (!mode.equals(MergeMode.INDEPENDENT.optionName())) {
            throw new InputException(
                    file,
                    "expected a run whose adapters were trained alone, found method "
                            + record.parameter("method") + " in mode " + mode
                            + "; train one with the method linear, or ham in mode independent");
        }
    }

    private void requireSame(Path file, RunRecord record) {
        for (Map.Entry<String, JsonNode> option : inputs.config().trainingJson().properties()) {
            JsonNode found = RecordedRun.option(record, option.getKey());
            if (!RecordedRun.same(found, option.getValue())) {
                throw new InputException(
                        file,
                        "the run whose adapters are taken has another value of " + option.getKey() + ": expected "
                                + option.getValue() + ", found " + found
                                + "; use the same parameters, or leave adapters out");
            }
        }
        RecordedRun.requireSameInputs(file, "the run whose adapters are taken", record, inputs);
    }

    @Override
    public TaskOutcome learn(TaskStart start, Split split, Optional<LatentReplay> replay) {
        int task = start.task();
        Path folder = RunFolder.adapter(run, task);
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    folder, "expected the adapter of task " + task + ", found nothing; use a finished run");
        }
        TaskStream stream = inputs.stream();
        int first = stream.firstPosition(task);
        return new TaskOutcome(
                inputs.learned(folder),
                heads.rows(first, stream.seen(task) - first),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                0);
    }
}
