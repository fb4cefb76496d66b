package ham.bench;

import ham.bench.strategy.ServingFiles;
import ham.bench.strategy.Strategy;
import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.VitExporter;
import ham.export.bake.GraphMetadata;
import ham.export.pack.AdapterPackage;
import ham.export.pack.PackageRecord;
import ham.export.pack.TaskPackage;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.encoder.EncoderInput;
import ham.merge.folder.Merged;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Labels;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The files of a plan, built in a temporary folder; what several strategies or numbers of tasks have in common is built once. */
final class ServingModels {
    private final ServingSource source;
    private final String version;
    private final SessionSettings session;
    private final MergeProgress progress;
    private final int tokens;
    private final Map<Integer, Model> merged = new HashMap<>();
    private final Map<Strategy, Built> packages = new EnumMap<>(Strategy.class);

    /** A file and the names of its logits. */
    private record Model(Path file, List<String> labels) {}

    /** Models or adapters of tasks. */
    private record Built(Optional<Path> common, List<Model> tasks) {}

    /**
     * Models to be built.
     *
     * @param tokens of the texts that they are going to be asked, if any
     */
    ServingModels(ServingSource source, String version, SessionSettings session, int tokens, MergeProgress progress) {
        this.source = source;
        this.version = version;
        this.session = session;
        this.progress = progress;
        this.tokens = tokens;
    }

    /** Builds all that the plan measures. */
    void build(ServingPlan plan, Path folder) {
        try {
            for (int tasks : plan.counts()) {
                if (plan.strategies(tasks).contains(Strategy.MERGED)) {
                    progress.at("merging and exporting", tasks, source.tasks());
                    merged.put(tasks, merged(tasks, folder));
                }
            }
            int apart = plan.most(Strategy.PER_TASK, Strategy.RELOAD);
            if (apart > 0) {
                Built whole = tasks(apart, false, Files.createDirectory(folder.resolve("per-task")));
                packages.put(Strategy.PER_TASK, whole);
                packages.put(Strategy.RELOAD, whole);
            }
            int shared = plan.most(Strategy.SHARED);
            if (shared > 0) {
                packages.put(Strategy.SHARED, tasks(shared, true, Files.createDirectory(folder.resolve("shared"))));
            }
            int adapters = plan.most(Strategy.ADAPTERS);
            if (adapters > 0) {
                packages.put(Strategy.ADAPTERS, adapters(adapters, Files.createDirectory(folder.resolve("adapters"))));
            }
        } catch (IOException e) {
            throw InputException.unwritable(folder, e);
        } catch (UncheckedIOException e) {
            throw InputException.unwritable(folder, e.getCause());
        }
    }

    private Model merged(int tasks, Path folder) throws IOException {
        if (tasks == source.tasks() && source.model().isPresent()) {
            Path model = source.model().get();
            return new Model(model, labels(model));
        }
        ExportResult exported = export(
                source.merged(tasks, folder.resolve("merge-" + tasks)), folder.resolve("merged-" + tasks + ".onnx"));
        return new Model(exported.output(), exported.labels());
    }

    private List<String> labels(Path model) {
        if (source.base().encoder().input() instanceof EncoderInput.Text) {
            String labels = GraphMetadata.read(model).get(Labels.METADATA_KEY);
            return labels == null ? List.of() : Labels.fromJson(labels, model.toString());
        }
        try (Classifier classifier = Classifier.open(model, session)) {
            return classifier.labels();
        }
    }

    private Built tasks(int count, boolean shared, Path folder) throws IOException {
        PackageRecord record = new TaskPackage(this::export, shared, progress).write(folder, source.apart(count));
        return read(folder, record, shared ? Optional.of("base.data") : Optional.empty(), PackageRecord.Task::model);
    }

    private Built adapters(int count, Path folder) throws IOException {
        PackageRecord record =
                new AdapterPackage(source.base(), version, false, session, progress).write(folder, source.apart(count));
        return read(folder, record, Optional.of(record.base()), PackageRecord.Task::adapter);
    }

    private static Built read(
            Path folder, PackageRecord record, Optional<String> common, Function<PackageRecord.Task, String> file) {
        List<Model> tasks = new ArrayList<>();
        for (PackageRecord.Task task : record.tasks()) {
            tasks.add(new Model(folder.resolve(file.apply(task)), task.labels()));
        }
        return new Built(common.map(folder::resolve), tasks);
    }

    /** Bakes without comparing forms: what is measured here is speed. */
    private ExportResult export(Merged merged, Path file) {
        return VitExporter.export(ExportRequest.builder()
                .setBase(source.base())
                .setMerged(merged)
                .setVersion(version)
                .setOutput(file)
                .setSettings(session)
                .optVerify(false)
                .build());
    }

    /** The files of a strategy for the first tasks. */
    ServingFiles files(Strategy strategy, int tasks) {
        if (strategy == Strategy.MERGED) {
            return new ServingFiles(
                    strategy, Optional.empty(), List.of(merged.get(tasks).file()), tokens);
        }
        Built found = packages.get(strategy);
        return new ServingFiles(
                strategy,
                found.common(),
                found.tasks().stream().limit(tasks).map(Model::file).toList(),
                tokens);
    }

    /** Names of the logits that answer for a task. */
    List<String> labels(Strategy strategy, int tasks, int task) {
        return strategy == Strategy.MERGED
                ? merged.get(tasks).labels()
                : packages.get(strategy).tasks().get(task).labels();
    }
}
