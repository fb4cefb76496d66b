package ham.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.io.JsonFiles;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which adapters a package of tasks is made of: those that are named, those of a run, or those that a merge was made from. */
final class TaskPackaging {
    private static final String RUN = "run.json";

    private TaskPackaging() {}

    /**
     * The adapters as a merge that knows the function each was trained in.
     *
     * @param adapters folders, one run folder, or none
     * @param merged the merge folder, if there is one
     * @param base the checkpoint whose names the adapters get, if it is known
     */
    static AdapterMerge merge(List<Path> adapters, Optional<Path> merged, Optional<Checkpoint> base) {
        boolean run = adapters.size() == 1 && Files.exists(adapters.get(0).resolve(RUN));
        Optional<Path> merge = run ? Optional.of(adapters.get(0).resolve("merged")) : merged;
        List<Path> folders = run ? BenchCommand.adapters(adapters.get(0)) : adapters;
        if (folders.isEmpty()) {
            folders = merge.map(TaskPackaging::inputs)
                    .orElseThrow(() -> new InputException(
                            "--package: expected the adapters of the tasks, found none; give --adapters, or a merge folder"
                                    + " with --merged"));
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

    private static List<Path> inputs(Path merged) {
        Path file = merged.resolve(MergeFolder.RECORD);
        ObjectNode record = JsonFiles.read(file, "the record of a merge folder");
        List<Path> inputs = new ArrayList<>();
        for (JsonNode input : record.path("inputs")) {
            Path path = Path.of(input.path("path").asText());
            if (!Files.isDirectory(path)) {
                throw new InputException(
                        file, "names the adapter " + path + ", which is not there; say where it is with --adapters");
            }
            inputs.add(path);
        }
        return inputs;
    }
}
