package ham.train.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.HamRecord;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.MergeMode;
import ham.merge.head.Head;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadKind;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.head.PrototypeHead;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.merge.method.HamMerge;
import ham.merge.method.MergeProgress;
import ham.merge.peft.PeftWriter;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.lora.TaskResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a run remembers between tasks, and how it survives in the run folder: after every task the adapter's folder is written, then a
 * checkpoint with the heads' statistics and the accuracies, each whole or not at all. The merge itself is replayed from the adapters.
 */
final class RunState {
    private static final String STATISTICS = "statistics.safetensors";

    private final RunInputs inputs;
    private final RunFolder folder;
    private final HamMerge merge;
    private final OnlineHeads online;
    private final OnlineHeads frozen;
    private final Variants variants;
    private LinearHead linear;
    private int finishedTasks;

    private RunState(
            RunInputs inputs,
            RunFolder folder,
            OnlineHeads online,
            OnlineHeads frozen,
            LinearHead linear,
            Variants variants) {
        this.inputs = inputs;
        this.folder = folder;
        this.merge = new HamMerge(inputs.config().ham());
        this.online = online;
        this.frozen = frozen;
        this.linear = linear;
        this.variants = variants;
    }

    /** The state after the last checkpoint in the folder, or that of a run that begins. */
    static RunState restoreOrBegin(RunInputs inputs, TorchEngine engine, RunFolder folder) {
        int finished = folder.finishedTasks();
        return finished == 0 ? begin(inputs, engine, folder) : restore(inputs, engine, folder, finished);
    }

    private static RunState begin(RunInputs inputs, TorchEngine engine, RunFolder folder) {
        int d = inputs.base().config().hidden();
        RunConfig config = inputs.config();
        return new RunState(
                inputs,
                folder,
                new OnlineHeads(engine, d, config.projectionWidth(), config.seed()),
                new OnlineHeads(engine, d, config.projectionWidth(), config.seed()),
                new LinearHead(Matrix.zeros(0, d), new float[0]),
                new Variants(inputs.testCounts()));
    }

    private static RunState restore(RunInputs inputs, TorchEngine engine, RunFolder folder, int finished) {
        Path checkpoint = folder.checkpoint(finished - 1);
        SafetensorsFile statistics = SafetensorsFile.open(checkpoint.resolve(STATISTICS));
        RunState state = new RunState(
                inputs,
                folder,
                OnlineHeads.restore(engine, statistics, "merged."),
                OnlineHeads.restore(engine, statistics, "frozen."),
                new LinearHead(statistics.matrix("linear.weight"), statistics.floats("linear.bias")),
                Variants.restore(checkpoint.resolve(RunFolder.METRICS), inputs.testCounts()));
        for (int task = 0; task < finished; task++) {
            AdapterFolder each = AdapterFolder.read(folder.adapter(task)).onto(inputs.base(), inputs.baseSha256());
            state.merge.add(
                    LoraAdapter.load(each.adapter()),
                    each.record().alpha(),
                    each.record().groupAlphas());
        }
        state.finishedTasks = finished;
        return state;
    }

    int finishedTasks() {
        return finishedTasks;
    }

    HamMerge merge() {
        return merge;
    }

    /** Statistics of features of the model merged so far. */
    OnlineHeads online() {
        return online;
    }

    /** Statistics of features of the frozen backbone. */
    OnlineHeads frozen() {
        return frozen;
    }

    Variants variants() {
        return variants;
    }

    /** Adds a task's trained head to the linear head over all classes so far. */
    void appendLinear(LinearHead task) {
        linear = linear.append(task);
    }

    /** All heads over all classes so far. */
    Map<HeadKind, Head> heads() {
        Map<HeadKind, Head> heads = new EnumMap<>(online.heads());
        heads.put(HeadKind.LINEAR, linear);
        return heads;
    }

    /** Writes what a task gave; afterwards it survives a kill. */
    void save(int task, LoraAdapter adapter, TaskResult result, Map<HeadKind, Head> heads) {
        HamRecord record = new HamRecord(
                result.alpha(),
                task,
                inputs.classNames(task),
                Optional.of(inputs.baseSha256()),
                MergeMode.SEQUENTIAL,
                result.groupAlphas());
        Outputs.folder(folder.adapter(task), true, path -> {
            PeftWriter.write(
                    path,
                    adapter,
                    inputs.config().base().toString(),
                    inputs.config().lora().targets());
            record.write(path);
            HeadFile.write(path.resolve(AdapterFolder.HEAD), adapterHead(task, result, heads));
        });
        Outputs.folder(folder.checkpoint(task), true, path -> {
            SafetensorsWriter writer = new SafetensorsWriter();
            online.save(writer, "merged.");
            frozen.save(writer, "frozen.");
            writer.add("linear.weight", linear.weight());
            writer.add("linear.bias", List.of((long) linear.bias().length), linear.bias());
            writer.write(path.resolve(STATISTICS));
            JsonFiles.write(
                    path.resolve(RunFolder.METRICS),
                    variants.json(inputs.config().head()));
        });
        finishedTasks = task + 1;
        if (task > 0) {
            // Only the newest statistics are needed; an older checkpoint stays as the mark of a finished task.
            deleteStatistics(folder.checkpoint(task - 1));
        }
    }

    private static void deleteStatistics(Path checkpoint) {
        try {
            Files.deleteIfExists(checkpoint.resolve(STATISTICS));
        } catch (IOException e) {
            throw new InputException(checkpoint, "cannot be deleted: " + e.getMessage(), e);
        }
    }

    /** The head that goes with a task's adapter: its own classes, or all so far for the cumulative analytic head. */
    private NamedHead adapterHead(int task, TaskResult result, Map<HeadKind, Head> heads) {
        return switch (inputs.config().head()) {
            case LINEAR -> new NamedHead(result.head(), inputs.classNames(task));
            case PROTOTYPE -> {
                Matrix all = ((PrototypeHead) heads.get(HeadKind.PROTOTYPE)).weight();
                int from = inputs.stream().firstPosition(task) * all.columns();
                float[] own = Arrays.copyOfRange(all.data(), from, all.data().length);
                yield new NamedHead(
                        new PrototypeHead(new Matrix(own.length / all.columns(), all.columns(), own)),
                        inputs.classNames(task));
            }
            case ANALYTIC -> new NamedHead(heads.get(HeadKind.ANALYTIC), inputs.classNamesSeen(task));
        };
    }

    /** Writes the merge with the chosen head, all heads and the metrics of the finished run. */
    void finish() {
        int last = inputs.stream().tasks() - 1;
        Map<HeadKind, Head> heads = heads();
        heads.forEach((kind, head) -> Outputs.file(
                folder.path("heads").resolve(kind.optionName() + ".safetensors"),
                true,
                file -> HeadFile.write(file, new NamedHead(head, inputs.classNamesSeen(last)))));
        List<AdapterFolder> adapters =
                IntStream.rangeClosed(0, last).mapToObj(this::readAdapter).toList();
        AdapterMerge merged =
                AdapterMerge.of(adapters, List.of(), inputs.config().ham(), Optional.of(MergeMode.SEQUENTIAL));
        Outputs.folder(
                folder.path("merged"),
                true,
                path -> MergeFolder.write(path, merged, RunRecord.origin(folder), MergeProgress.SILENT));
        ObjectNode metrics = variants.json(inputs.config().head());
        Outputs.file(folder.path(RunFolder.METRICS), true, file -> JsonFiles.write(file, metrics));
    }

    /** A task's adapter under the path that it has in the finished run, which the merge records. */
    private AdapterFolder readAdapter(int task) {
        AdapterFolder read = AdapterFolder.read(folder.adapter(task));
        return new AdapterFolder(folder.finishedAdapter(task), read.adapter(), read.record(), read.head(), read.hash());
    }
}
