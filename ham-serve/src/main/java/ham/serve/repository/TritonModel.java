package ham.serve.repository;

import com.google.protobuf.TextFormat;
import ham.runtime.classify.Labels;
import ham.serve.batch.BatchRules;
import ham.serve.batch.Rows;
import ham.serve.engine.ModelEngine;
import ham.serve.proto.triton.ModelConfig;
import ham.serve.proto.triton.ModelOutput;
import ham.serve.proto.triton.ModelVersionPolicy;
import ham.serve.protocol.ServeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * A model's folder in a repository of Triton: {@code config.pbtxt} and a folder a version. Heeded are names, types and shapes, the batch size,
 * dynamic batching with its delay and queue, the number of instances, labels and the version policy; what would change answers and is not
 * known here is refused. Source: {@code docs/user_guide/model_configuration.md} of Triton's server.
 */
record TritonModel(String name, Path folder, Openers openers, BatchRules rules) implements ModelSource {
    static final String CONFIG = "config.pbtxt";

    /** Warns of every field that is not heeded here. Held, so that it is not collected. */
    private static final Logger UNKNOWN_FIELDS = Logger.getLogger(TextFormat.class.getName());

    static {
        UNKNOWN_FIELDS.setLevel(Level.SEVERE);
    }

    private static final TextFormat.Parser PARSER =
            TextFormat.Parser.newBuilder().setAllowUnknownFields(true).build();

    @Override
    public SortedMap<Long, VersionSource> versions() {
        Optional<ModelConfig> config = config();
        SortedMap<Long, VersionSource> versions = new TreeMap<>();
        for (long version : chosen(config)) {
            String file = config.map(ModelConfig::getDefaultModelFilename)
                    .filter(each -> !each.isEmpty())
                    .orElse("model.onnx");
            if (!AdapterModel.plain(file)) {
                throw problem("expected default_model_filename to be a file's name, found '" + file + "'");
            }
            versions.put(version, version(folder.resolve(Long.toString(version)).resolve(file), config));
        }
        return versions;
    }

    private VersionSource version(Path file, Optional<ModelConfig> config) {
        Optional<Path> labels = config.flatMap(this::labels);
        List<Path> files = Stream.concat(
                        Stream.of(folder.resolve(CONFIG), file, file.resolveSibling(file.getFileName() + ".data")),
                        labels.stream())
                .toList();
        if (config.isEmpty()) {
            return new VersionSource(
                    files,
                    () -> new ModelEngine(openers.models().apply(file)),
                    rules,
                    LoneModel::rows,
                    Optional::empty,
                    Optional.empty());
        }
        ModelConfig told = config.get();
        int most = told.getMaxBatchSize();
        Rows rows = most > 0 ? new Rows(true, told.hasDynamicBatching(), most) : Rows.NONE;
        long timeout = told.getDynamicBatching().getDefaultQueuePolicy().getDefaultTimeoutMicroseconds();
        return new VersionSource(
                files,
                () -> TritonSignature.checked(
                        new ModelEngine(openers.models().apply(file)), told, folder.resolve(CONFIG)),
                rules(told),
                engine -> rows,
                () -> labels.map(Labels::read),
                timeout == 0 ? Optional.empty() : Optional.of(Duration.of(timeout, ChronoUnit.MICROS)));
    }

    private BatchRules rules(ModelConfig config) {
        int instances = config.getInstanceGroupList().stream()
                .mapToInt(each -> Math.max(1, each.getCount()))
                .sum();
        long delay = config.getDynamicBatching().getMaxQueueDelayMicroseconds();
        int queue = config.getDynamicBatching().getDefaultQueuePolicy().getMaxQueueSize();
        return new BatchRules(
                Math.max(1, config.getMaxBatchSize()),
                delay > 0 ? Duration.of(delay, ChronoUnit.MICROS) : rules.delay(),
                queue > 0 ? queue : rules.queue(),
                Math.max(instances, rules.runs()));
    }

    private Optional<ModelConfig> config() {
        Path file = folder.resolve(CONFIG);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        ModelConfig.Builder config = ModelConfig.newBuilder();
        try {
            PARSER.merge(Files.readString(file), config);
        } catch (TextFormat.ParseException e) {
            throw problem("expected a configuration of a model, found at " + e.getMessage());
        } catch (IOException e) {
            throw problem("expected a configuration of a model, but it cannot be read (" + e + ")");
        }
        if (!config.getName().isEmpty() && !config.getName().equals(name)) {
            throw problem("expected the name of its folder, '" + name + "', found '" + config.getName() + "'");
        }
        if (config.hasSequenceBatching()
                || config.hasEnsembleScheduling()
                || config.getModelTransactionPolicy().getDecoupled()) {
            throw problem("expected a model whose requests do not depend on each other, found sequences, an ensemble or"
                    + " decoupled answers, which are not served here");
        }
        boolean reshaped = config.getInputList().stream().anyMatch(each -> each.hasReshape())
                || config.getOutputList().stream().anyMatch(ModelOutput::hasReshape);
        if (reshaped) {
            throw problem("expected inputs and outputs as the graph has them, found reshape, which is not served here");
        }
        return Optional.of(config.build());
    }

    /** The numbers of the versions to be served. */
    private List<Long> chosen(Optional<ModelConfig> config) {
        TreeSet<Long> there = new TreeSet<>();
        try (Stream<Path> children = Files.list(folder)) {
            children.filter(Files::isDirectory)
                    .map(each -> String.valueOf(each.getFileName()))
                    .filter(each -> each.matches("[1-9]\\d{0,17}"))
                    .forEach(each -> there.add(Long.parseLong(each)));
        } catch (IOException e) {
            throw ServeException.invalid(
                    folder + ": expected the folder of a model, but it cannot be read (" + e + ").");
        }
        ModelVersionPolicy policy =
                config.map(ModelConfig::getVersionPolicy).orElse(ModelVersionPolicy.getDefaultInstance());
        List<Long> chosen =
                switch (policy.getPolicyChoiceCase()) {
                    case ALL -> List.copyOf(there);
                    case SPECIFIC -> policy.getSpecific().getVersionsList();
                    default ->
                        there.descendingSet().stream()
                                .limit(Math.max(1, policy.getLatest().getNumVersions()))
                                .toList();
                };
        if (chosen.isEmpty() || !there.containsAll(chosen)) {
            throw ServeException.invalid(folder + ": expected a folder for "
                    + (chosen.isEmpty() ? "a version, 1 for example" : "each of the versions " + chosen) + ", found "
                    + there + ".");
        }
        return chosen;
    }

    private Optional<Path> labels(ModelConfig config) {
        Optional<String> file = config.getOutputList().stream()
                .map(ModelOutput::getLabelFilename)
                .filter(each -> !each.isEmpty())
                .findFirst();
        if (file.isPresent() && !AdapterModel.plain(file.get())) {
            throw problem("expected label_filename to be a file's name, found '" + file.get() + "'");
        }
        return file.map(folder::resolve);
    }

    private ServeException problem(String problem) {
        return ServeException.invalid(folder.resolve(CONFIG) + ": " + problem + ".");
    }
}
