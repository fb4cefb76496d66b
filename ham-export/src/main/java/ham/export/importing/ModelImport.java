package ham.export.importing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.bake.read.ByteFile;
import ham.export.bake.read.ExternalFiles;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.ModelReader;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.Encoder;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.merge.safetensors.SafetensorsWriter;
import ham.runtime.classify.Labels;
import ham.runtime.text.TextPreprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes a checkpoint in Hugging Face's layout of the weights in an ONNX graph, and proves it by running both. */
public final class ModelImport {
    private final ImportRequest request;

    private ModelImport(ImportRequest request) {
        this.request = request;
    }

    /**
     * Imports a model.
     *
     * @throws ham.merge.InputException if no known family's weights are found, one is missing, or the checkpoint does not compute what the graph
     *     does; then nothing is written
     */
    public static ImportResult run(ImportRequest request) {
        return new ModelImport(request).run();
    }

    private ImportResult run() {
        Outputs.refuseExisting(request.output(), request.force());
        try (ByteFile file = ByteFile.open(request.model(), "an ONNX model");
                ExternalFiles externalFiles = new ExternalFiles(request.model())) {
            ModelIndex model = ModelReader.read(file, externalFiles);
            SortedMap<String, GraphWeight> weights = FoundWeights.find(model);
            ObjectNode config = new GraphConfig(model, weights).read(labels(model));
            ImportResult[] result = new ImportResult[1];
            Outputs.folder(
                    request.output(), request.force(), folder -> result[0] = write(folder, model, weights, config));
            return result[0];
        }
    }

    private List<String> labels(ModelIndex model) {
        String told = model.metadata().get(Labels.METADATA_KEY);
        return !request.labels().isEmpty() || told == null
                ? request.labels()
                : Labels.fromJson(told, request.model() + ", metadata " + Labels.METADATA_KEY);
    }

    private ImportResult write(Path folder, ModelIndex model, SortedMap<String, GraphWeight> weights, ObjectNode config)
            throws IOException {
        JsonFiles.write(folder.resolve("config.json"), config);
        boolean tokenizer = writeTokenizer(folder, model);
        SortedMap<String, GraphWeight> kept = new TreeMap<>(weights);
        writeWeights(folder, model, kept);
        Checkpoint all = Checkpoint.open(folder);
        Encoder encoder = all.encoder();
        List<String> unused = new ArrayList<>();
        kept.keySet().removeIf(name -> {
            boolean foreign = !encoder.shapes().containsKey(name) && !encoder.isUnused(name);
            if (foreign) {
                unused.add(name);
            }
            return foreign;
        });
        if (!unused.isEmpty()) {
            writeWeights(folder, model, kept);
        }
        List<OutputMatch> outputs = new ImportCheck(request.model(), Checkpoint.open(folder)).outputs();
        Optional<GraphPooling> pooling =
                encoder.classes().isPresent() ? Optional.empty() : Optional.of(pooling(outputs));
        if (pooling.isPresent()) {
            pooling.get().write(folder, encoder.width());
        }
        return new ImportResult(
                request.output(),
                encoder.family(),
                kept.values().stream()
                        .mapToLong(each -> each.tensor().elements())
                        .sum(),
                List.copyOf(kept.values()),
                unused,
                outputs,
                pooling,
                tokenizer);
    }

    /** What an output of the graph is, else what was chosen, else what sentence-transformers' models mostly are. */
    private GraphPooling pooling(List<OutputMatch> outputs) {
        for (GraphPooling pooling : GraphPooling.values()) {
            if (outputs.stream().anyMatch(output -> output.is().equals(pooling.optionName()))) {
                return pooling;
            }
        }
        return request.pooling().orElse(GraphPooling.MEAN_UNIT);
    }

    private static void writeWeights(Path folder, ModelIndex model, SortedMap<String, GraphWeight> weights) {
        SafetensorsWriter writer = new SafetensorsWriter();
        writer.metadata("format", "pt");
        weights.forEach((name, weight) -> {
            List<Long> dims = weight.tensor().dims();
            writer.add(
                    name,
                    weight.transposed() ? List.of(dims.get(1), dims.get(0)) : dims,
                    FoundWeights.values(model, weight));
        });
        writer.write(folder.resolve("model.safetensors"));
    }

    /** Copies the tokenizer: the one that was given, else what stands in the metadata, else what lies beside the model. */
    private boolean writeTokenizer(Path folder, ModelIndex model) throws IOException {
        Path target = folder.resolve(TextPreprocessing.FILE);
        if (request.tokenizer().isPresent()) {
            Files.copy(request.tokenizer().get(), target);
            return true;
        }
        String told = model.metadata().get(TextPreprocessing.TOKENIZER_KEY);
        if (told != null) {
            Files.writeString(target, told);
            return true;
        }
        Optional<Path> beside = beside();
        if (beside.isPresent()) {
            Files.copy(beside.get(), target);
        }
        return beside.isPresent();
    }

    private Optional<Path> beside() {
        String name = request.model().getFileName().toString().replaceFirst("(?i)\\.onnx$", "");
        for (String each : List.of(
                name + ".onnx." + TextPreprocessing.FILE,
                name + "." + TextPreprocessing.FILE,
                name + "-" + TextPreprocessing.FILE,
                TextPreprocessing.FILE)) {
            Path file = request.model().resolveSibling(each);
            if (Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
