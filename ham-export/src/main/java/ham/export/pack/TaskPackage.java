package ham.export.pack;

import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.parity.ParityReport;
import ham.merge.MergeProgress;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.Merged;
import ham.merge.folder.TaskModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    public PackageRecord write(Path folder, AdapterMerge merge) throws IOException {
        int tasks = merge.adapters().size();
        List<PackageRecord.Task> models = new ArrayList<>();
        if (shared) {
            try (SharedData data = new SharedData(folder.resolve(SHARED))) {
                TaskModels.each(merge, (task, model) -> {
                    progress.at("exporting tasks", task, tasks);
                    String name = name(merge, task);
                    Path whole = folder.resolve(".whole.onnx");
                    ExportResult result = exporter.export(model, whole);
                    data.split(whole, folder.resolve(name + ".onnx"), own(result));
                    Files.delete(whole);
                    models.add(entry(name, result));
                });
            }
        } else {
            TaskModels.each(merge, (task, model) -> {
                progress.at("exporting tasks", task, tasks);
                String name = name(merge, task);
                models.add(entry(name, exporter.export(model, folder.resolve(name + ".onnx"))));
            });
        }
        PackageRecord record = PackageRecord.tasks(
                shared ? "shared" : "per-task",
                null,
                shared
                        ? "one session a model; session.disable_prepacking = 1 lets all of them map " + SHARED + " once"
                        : "one session a model",
                models);
        return PackageFolder.finish(folder, record, readme(tasks));
    }

    private static String name(AdapterMerge merge, int task) {
        return PackageFolder.requireFileName(
                "adapter", merge.adapters().get(task).adapter().name());
    }

    private static PackageRecord.Task entry(String name, ExportResult result) {
        Double parity = result.parity().map(ParityReport::maxAbs).orElse(null);
        return new PackageRecord.Task(name, name + ".onnx", null, result.labels(), parity);
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
