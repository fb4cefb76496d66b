package ham.export.pack;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.AdapterRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The adapters of several tasks: those that are named, those of a run, or those that a merge was made from. */
public final class TaskAdapters {
    private static final String RUN = "run.json";

    private TaskAdapters() {}

    /**
     * The adapters as a merge that knows the function each was trained in.
     *
     * @param adapters folders, one run folder, or none
     * @param merged the merge folder, if there is one
     * @param base the checkpoint whose names the adapters get, if it is known
     * @throws InputException when there are no adapters, or others than those of the merge
     */
    public static AdapterMerge merge(List<Path> adapters, Optional<Path> merged, Optional<Checkpoint> base) {
        boolean run = adapters.size() == 1 && Files.exists(adapters.get(0).resolve(RUN));
        Optional<Path> merge = run ? Optional.of(adapters.get(0).resolve("merged")) : merged;
        List<Path> folders = run ? ofRun(adapters.get(0)) : adapters;
        if (folders.isEmpty()) {
            folders = merge.map(TaskAdapters::inputs)
                    .orElseThrow(
                            () -> InputException.parameter(
                                    "adapters",
                                    "expected the adapters of the tasks, or a merge folder that was made from them, found none"));
        }
        List<AdapterFolder> read = folders.stream().map(AdapterFolder::read).toList();
        merge.ifPresent(folder -> MergeFolder.requireInputs(folder, read));
        MergeSettings settings = merge.map(MergeFolder::settings).orElse(MergeSettings.of(MergeMethod.HAM));
        Optional<String> sha256 = base.map(Checkpoint::sha256);
        List<AdapterFolder> placed = read.stream()
                .map(each -> base.map(checkpoint -> each.onto(checkpoint, sha256.orElseThrow()))
                        .orElse(each))
                .toList();
        return AdapterMerge.of(placed, List.of(), settings, Optional.empty(), MergeProgress.SILENT);
    }

    /** The adapter folders of a run, in order: those that its merge was made from, or all where it has no merge. */
    public static List<Path> ofRun(Path run) {
        Path parent = run.resolve("adapters");
        Path record = run.resolve("merged").resolve(MergeFolder.RECORD);
        if (Files.exists(record)) {
            return MergeFolder.open(run.resolve("merged")).record().inputs().stream()
                    .map(input -> parent.resolve(input.adapter()))
                    .toList();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw InputException.unreadable(parent, e);
        }
    }

    private static List<Path> inputs(Path merged) {
        Path file = merged.resolve(MergeFolder.RECORD);
        List<Path> inputs = new ArrayList<>();
        for (AdapterRecord input : MergeFolder.open(merged).record().inputs()) {
            Path path = Path.of(input.path());
            if (!Files.isDirectory(path)) {
                throw InputException.parameter(
                        "adapters",
                        "expected " + path + ", which " + file + " names, found nothing there; say where it is now");
            }
            inputs.add(path);
        }
        return inputs;
    }
}
