package ham.train.run;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.gram.GramFile;
import ham.merge.head.Head;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadKind;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.head.PrototypeHead;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.merge.peft.PeftWriter;
import ham.merge.record.HamRecord;
import ham.merge.record.ScaleChoice;
import ham.train.config.RunConfig;
import ham.train.learn.FolderMerge;
import ham.train.learn.LearnedTask;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import ham.train.metrics.Predictions;
import ham.train.record.MetricsRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Writes a run into its folder: after every task the adapter's folder, then a checkpoint with the heads' statistics and what was measured;
 * at the end the merge, the heads and the metrics. Each is written whole or not at all.
 */
final class RunOutputs {
    private static final String HEADS = "heads";

    private final RunInputs inputs;
    private final RunFolder folder;

    RunOutputs(RunInputs inputs, RunFolder folder) {
        this.inputs = inputs;
        this.folder = folder;
    }

    /** Where a run keeps a head over all of its classes. */
    static Path head(Path run, HeadKind kind) {
        return run.resolve(HEADS).resolve(kind.optionName() + ".safetensors");
    }

    /** Writes what was answered for every test image. */
    void save(Predictions predictions) {
        Outputs.file(folder.path(Predictions.FILE), true, predictions::write);
    }

    /** Writes what a task gave; afterwards it survives a kill. */
    void save(int task, LearnedTask learned, Map<HeadKind, Head> heads, RunMemory memory) {
        RunConfig config = inputs.config();
        LearningSettings learning = config.learning();
        HamRecord record = new HamRecord(
                learned.alpha(),
                task,
                learning.method().goesOn() ? inputs.classNamesSeen(task) : inputs.classNames(task),
                Optional.of(inputs.baseSha256()),
                learning.mode(),
                learned.groupAlphas());
        Outputs.folder(folder.adapter(task), true, path -> {
            PeftWriter.write(
                    path,
                    learned.adapter(),
                    config.base().toString(),
                    config.lora().blocks().isEmpty() ? config.lora().targets() : List.of());
            record.write(path);
            if (learned.adapter().hasGrams()) {
                GramFile.write(path.resolve(GramFile.NAME), learned.adapter().grams());
            }
            HeadFile.writeShort(
                    path.resolve(AdapterFolder.HEAD),
                    adapterHead(task, heads.get(config.head().kind())));
        });
        Outputs.folder(folder.checkpoint(task), true, path -> {
            memory.save(path.resolve(RunFolder.STATISTICS));
            JsonFiles.write(
                    path.resolve(RunFolder.METRICS), memory.metrics().record().json());
        });
        forgetTraining(task);
        if (task > 0) {
            // Only the newest statistics are needed; an older checkpoint stays as the mark of a finished task.
            delete(folder.statistics(task - 1));
        }
    }

    /** Deletes what a task was saved in while it was trained, once its adapter is safe. */
    void forgetTraining(int task) {
        delete(folder.training(task));
    }

    /** The head that goes with a task's adapter: its own classes, or all so far where adapter or head are cumulative. */
    private NamedHead adapterHead(int task, Head head) {
        LearningMethod method = inputs.config().learning().method();
        List<String> own = inputs.classNames(task);
        if (head.classes() == own.size()) {
            return named(head, own);
        }
        List<String> seen = inputs.classNamesSeen(task);
        if (method.goesOn() || head.kind() == HeadKind.ANALYTIC) {
            return named(head, seen);
        }
        return named(lastRows(head, own.size()), own);
    }

    private NamedHead named(Head head, List<String> classes) {
        return new NamedHead(head, classes, inputs.config().head().featureBlocks());
    }

    private static Head lastRows(Head head, int count) {
        int first = head.classes() - count;
        return switch (head.kind()) {
            case LINEAR -> ((LinearHead) head).rows(first, count);
            case PROTOTYPE -> new PrototypeHead(((PrototypeHead) head).weight().rows(first, count));
            case ANALYTIC -> throw new IllegalArgumentException("an analytic head is cumulative");
        };
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new InputException(file, "cannot be deleted: " + e.getMessage(), e);
        }
    }

    /** Writes the merge with the chosen head where there is one model, the heads, and the metrics of the finished run. */
    void finish(RunMemory memory) {
        int last = inputs.stream().tasks() - 1;
        List<String> classes = inputs.classNamesSeen(last);
        write(named(memory.linear(), classes));
        memory.folderMerge().ifPresent(merge -> {
            Map<HeadKind, Head> heads = memory.deployedHeads();
            heads.values().forEach(head -> write(named(head, classes)));
            Head exported = heads.get(inputs.config().head().kind());
            write(merge, named(exported, classes), memory);
        });
        MetricsRecord metrics = memory.metrics().record().withStatistics(size(folder.statistics(last)));
        Outputs.file(
                folder.path(RunFolder.TABLE),
                true,
                file -> Files.writeString(file, memory.metrics().variants().csv()));
        Outputs.file(folder.path(RunFolder.METRICS), true, file -> JsonFiles.write(file, metrics.json()));
    }

    private static long size(Path statistics) {
        try {
            return Files.size(statistics);
        } catch (IOException e) {
            throw new InputException(
                    statistics, "expected the statistics of the last task, found nothing to read: " + e, e);
        }
    }

    private void write(NamedHead head) {
        Outputs.file(head(folder.path(), head.head().kind()), true, file -> HeadFile.write(file, head));
    }

    private void write(FolderMerge folderMerge, NamedHead head, RunMemory state) {
        Optional<ScaleChoice> choice = state.choice();
        List<AdapterFolder> adapters = IntStream.range(0, inputs.stream().tasks())
                .mapToObj(this::readAdapter)
                .toList();
        AdapterMerge merge = folderMerge.of(adapters);
        Set<String> warnings = new LinkedHashSet<>(merge.warnings());
        warnings.addAll(state.metrics().warnings());
        choice.filter(chosen -> chosen.scale() < 1 || chosen.images() == 0)
                .map(chosen -> chosen.sentence(inputs.kind()))
                .ifPresent(warnings::add);
        choice.ifPresent(chosen -> RecordedRun.add(folder, chosen));
        AdapterMerge warned = new AdapterMerge(
                merge.adapters(),
                merge.weights(),
                merge.merge(),
                merge.mode(),
                merge.baseSha256(),
                Optional.of(head),
                merge.request(),
                new ArrayList<>(warnings));
        Outputs.folder(
                folder.path("merged"),
                true,
                path -> MergeFolder.write(
                        path, warned, RecordedRun.origin(folder).choosing(choice), MergeProgress.SILENT));
    }

    /** A task's adapter under the path that it has in the finished run, which the merge records. */
    private AdapterFolder readAdapter(int task) {
        AdapterFolder read = AdapterFolder.read(folder.adapter(task));
        return new AdapterFolder(folder.finishedAdapter(task), read.adapter(), read.record(), read.head(), read.hash());
    }
}
