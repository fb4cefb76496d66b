package ham.serve.repository;

import ham.runtime.swap.SwapRule;
import ham.serve.batch.BatchRules;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

/** The models of a server by their names, which are fixed when it starts: a request can name one of them, or nothing. */
public final class Repository implements AutoCloseable {
    private final SortedMap<String, ServedModel> models = new TreeMap<>();

    private Repository(
            List<ModelSource> sources, SwapRule rule, ScheduledExecutorService timer, RepositoryListener listener) {
        sources.forEach(source -> models.put(source.name(), new ServedModel(source, rule, timer, listener)));
    }

    /**
     * Finds and loads every model.
     *
     * @param root a model file, a folder of them, a folder with adapters, or a model repository of Triton
     * @param rules how requests become runs, where a model's configuration does not say it
     * @param rule how much a newer state of a model may differ from the one in service
     * @param timer ends requests whose deadline passes
     * @throws ham.common.HamException if there is none, or one of them cannot be served
     */
    public static Repository open(
            Path root,
            Openers openers,
            BatchRules rules,
            SwapRule rule,
            ScheduledExecutorService timer,
            RepositoryListener listener) {
        Repository repository = new Repository(sources(root, openers, rules), rule, timer, listener);
        try {
            repository.models.values().forEach(ServedModel::load);
            return repository;
        } catch (RuntimeException | Error e) {
            repository.close();
            throw e;
        }
    }

    private static List<ModelSource> sources(Path root, Openers openers, BatchRules rules) {
        if (!Files.isDirectory(root)) {
            return List.of(LoneModel.of(root, openers, rules));
        }
        if (AdapterModel.record(root).isPresent()) {
            String name = String.valueOf(root.toAbsolutePath().normalize().getFileName());
            return List.of(new AdapterModel(name, root, openers, rules));
        }
        if (Files.exists(root.resolve(TritonModel.CONFIG))) {
            throw ServeException.invalid(root + ": expected a repository of models, found the folder of one ("
                    + TritonModel.CONFIG + "); give the folder above it.");
        }
        List<ModelSource> sources = new ArrayList<>();
        try (Stream<Path> children = Files.list(root)) {
            for (Path child : children.sorted().toList()) {
                if (Files.isDirectory(child) && isModel(child)) {
                    sources.add(new TritonModel(String.valueOf(child.getFileName()), child, openers, rules));
                } else if (Files.isDirectory(child)
                        && AdapterModel.record(child).isPresent()) {
                    sources.add(new AdapterModel(String.valueOf(child.getFileName()), child, openers, rules));
                } else if (Files.isRegularFile(child) && child.toString().endsWith(".onnx")) {
                    sources.add(LoneModel.of(child, openers, rules));
                }
            }
        } catch (IOException e) {
            throw ServeException.invalid(
                    root + ": expected a repository of models, but it cannot be read (" + e + ").");
        }
        if (sources.isEmpty()) {
            throw ServeException.invalid(root + ": expected model files, or folders with " + TritonModel.CONFIG
                    + " and a folder a version, found none.");
        }
        if (sources.stream().map(ModelSource::name).distinct().count() < sources.size()) {
            throw ServeException.invalid(root + ": expected models of different names, found "
                    + sources.stream().map(ModelSource::name).toList() + ".");
        }
        return sources;
    }

    private static boolean isModel(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve(TritonModel.CONFIG))) {
            return true;
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.anyMatch(
                    child -> String.valueOf(child.getFileName()).matches("[1-9]\\d*") && Files.isDirectory(child));
        }
    }

    /** All models, by name. */
    public Collection<ServedModel> models() {
        return Collections.unmodifiableCollection(models.values());
    }

    /**
     * The model of that name.
     *
     * @throws ServeException if there is none
     */
    public ServedModel model(String name) {
        ServedModel model = models.get(name);
        if (model == null) {
            throw new ServeException(
                    Status.NOT_FOUND,
                    "Expected one of the models " + models.keySet() + ", found '"
                            + (name.length() > 100 ? name.substring(0, 100) + "..." : name) + "'.");
        }
        return model;
    }

    /** Whether every model that is wanted is in service. */
    public boolean ready() {
        return models.values().stream().allMatch(each -> each.ready() || !each.wanted());
    }

    /** As {@link #close(Duration)}, for half a minute. */
    @Override
    public void close() {
        close(Duration.ofSeconds(30));
    }

    /** Takes no more requests and answers those it has; false if that took longer. */
    public boolean close(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        boolean all = true;
        for (ServedModel each : models.values()) {
            all &= each.close(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        }
        return all;
    }
}
