package ham.export.pack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.merge.MergeProgress;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.Merged;
import ham.merge.folder.TaskModels;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes one model a task, each the function that its adapter was trained in: whole files, or files that keep what they have in common in one
 * data file.
 */
public final class TaskPackage {
    private static final String SHARED = "base.data";

    private final Exporter exporter;
    private final boolean shared;
    private final MergeProgress progress;

    /** Writes one model. */
    @FunctionalInterface
    public interface Exporter {
        /** Exports the base with {@code merged} to {@code output}, which does not exist yet. */
        ExportResult export(Merged merged, Path output);
    }

    /**
     * Plans a package.
     *
     * @param exporter how a model is made
     * @param shared whether common tensors go to one data file
     */
    public TaskPackage(Exporter exporter, boolean shared, MergeProgress progress) {
        this.exporter = exporter;
        this.shared = shared;
        this.progress = progress;
    }

    /**
     * Fills an empty folder.
     *
     * @param merge the adapters, in order
     * @return the content of {@code package.json}
     */
    public ObjectNode write(Path folder, AdapterMerge merge) throws IOException {
        int tasks = merge.adapters().size();
        ObjectNode record = JsonFiles.object().put("package", shared ? "shared" : "per-task");
        record.put(
                "load",
                shared
                        ? "one session a model; session.disable_prepacking = 1 lets all of them map " + SHARED + " once"
                        : "one session a model");
        ArrayNode models = record.putArray("tasks");
        if (shared) {
            try (SharedData data = new SharedData(folder.resolve(SHARED))) {
                TaskModels.each(merge, (task, model) -> {
                    progress.at("exporting tasks", task, tasks);
                    String name = name(merge, task);
                    Path whole = folder.resolve(".whole.onnx");
                    ExportResult result = exporter.export(model, whole);
                    data.split(whole, folder.resolve(name + ".onnx"), own(result));
                    Files.delete(whole);
                    add(models, name, result);
                });
            }
        } else {
            TaskModels.each(merge, (task, model) -> {
                progress.at("exporting tasks", task, tasks);
                String name = name(merge, task);
                add(models, name, exporter.export(model, folder.resolve(name + ".onnx")));
            });
        }
        return PackageFolder.finish(folder, record, readme(tasks));
    }

    private static String name(AdapterMerge merge, int task) {
        return PackageFolder.requireFileName(
                "adapter", merge.adapters().get(task).adapter().name());
    }

    private static void add(ArrayNode models, String name, ExportResult result) {
        ObjectNode model = models.addObject().put("task", name).put("model", name + ".onnx");
        model.set("labels", JsonFiles.tree(result.labels()));
        result.parity().ifPresent(parity -> model.put("parity_max_abs", parity.maxAbs()));
    }

    /** Constants that no other task has. */
    private static Set<String> own(ExportResult result) {
        Set<String> own = new HashSet<>(Set.of("head.weight", "head.bias"));
        result.matched().stream().map(MatchedLayer::initializer).forEach(own::add);
        return own;
    }

    private List<String> readme(int tasks) {
        return shared
                ? List.of(
                        "# One model a task, one file for what they share",
                        "",
                        tasks + " ONNX models, one a task, and `" + SHARED
                                + "` with the tensors that are the same in several of them; keep all files in one folder.",
                        "",
                        "Open every model with the session configuration `session.disable_prepacking` = `1`: ONNX Runtime then maps `"
                                + SHARED + "` once for all sessions, at the price of somewhat slower matrix products.",
                        "`package.json` lists tasks, labels and hashes.")
                : List.of(
                        "# One model a task",
                        "",
                        tasks + " whole ONNX models, one a task, each with labels and preprocessing in its metadata:"
                                + " `ham run TASK.onnx IMAGE`.",
                        "`package.json` lists tasks, labels and hashes.");
    }
}
