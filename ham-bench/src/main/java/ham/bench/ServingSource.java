package ham.bench;

import ham.export.pack.TaskAdapters;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.head.HeadStitching;
import ham.merge.head.NamedHead;
import ham.train.record.RunRecord;
import ham.train.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The weights that all strategies serve.
 *
 * @param base what the adapters were trained on
 * @param merge the adapters in order, under the base's names, and how they are merged
 * @param merged the merge folder of all of them
 * @param model the merged model that is deployed, if there is one
 */
public record ServingSource(Checkpoint base, AdapterMerge merge, Path merged, Optional<Path> model) {
    /** The weights of a base, a merge folder and the adapters that it was made from. */
    public static ServingSource of(Checkpoint base, Path merged, List<Path> adapters, Optional<Path> model) {
        return new ServingSource(
                base, TaskAdapters.merge(adapters, Optional.of(merged), Optional.of(base)), merged, model);
    }

    /**
     * The weights of a finished run.
     *
     * @param base empty for the one that {@code run.json} names
     */
    public static ServingSource ofRun(Path run, Optional<Path> base) {
        Path record = run.resolve(RunFolder.RECORD);
        String recorded = RunRecord.read(record).parameter("base");
        if (base.isEmpty() && recorded.isEmpty()) {
            throw InputException.parameter("base", "expected the folder of the run's base, found none in " + record);
        }
        Path folder = base.orElseGet(() -> Path.of(recorded));
        if (!Files.isDirectory(folder)) {
            throw InputException.parameter(
                    "base",
                    "expected the run's base in " + folder + ", which " + record
                            + " names, found nothing; say where it is now");
        }
        List<Path> adapters = TaskAdapters.ofRun(run);
        if (adapters.isEmpty()) {
            throw new InputException(
                    run.resolve("adapters"),
                    "expected an adapter folder a task, found none; a run without adapters has nothing to compare");
        }
        return of(Checkpoint.open(folder), run.resolve("merged"), adapters, Optional.of(run.resolve("model.onnx")));
    }

    /** How many tasks there are. */
    public int tasks() {
        return merge.adapters().size();
    }

    /** The merge of the first tasks; its folder is written to {@code folder}, which is not there yet, unless they are all. */
    Merged merged(int tasks, Path folder) throws IOException {
        if (tasks == tasks()) {
            return Merged.read(merged);
        }
        AdapterMerge first = AdapterMerge.of(
                merge.adapters().subList(0, tasks),
                List.of(),
                merge.merge().settings(),
                Optional.empty(),
                MergeProgress.SILENT);
        Files.createDirectory(folder);
        MergeFolder.write(folder, first);
        return Merged.read(folder);
    }

    /** The first tasks, each with a head over its own classes only: whoever picks a task's model knows the task. */
    AdapterMerge apart(int tasks) {
        return new AdapterMerge(
                merge.adapters().subList(0, tasks).stream()
                        .map(ServingSource::ownHead)
                        .toList(),
                merge.weights().subList(0, tasks),
                merge.merge(),
                merge.mode(),
                merge.baseSha256(),
                Optional.empty(),
                merge.request(),
                List.of());
    }

    private static AdapterFolder ownHead(AdapterFolder adapter) {
        Set<String> classes = Set.copyOf(adapter.record().classes());
        if (classes.isEmpty() || adapter.head().isEmpty()) {
            return adapter;
        }
        try {
            NamedHead own = HeadStitching.only(classes, adapter.head().get());
            return new AdapterFolder(
                    adapter.path(), adapter.adapter(), adapter.record(), Optional.of(own), adapter.hash());
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    adapter.path(), "expected a head for the task's own classes " + classes + ": " + e.getMessage(), e);
        }
    }
}
