package ham.export.bake;

import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.merge.InputException;
import ham.merge.folder.Merged;
import ham.merge.io.Outputs;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Bakes a merge into a copy of an ONNX model that was exported elsewhere. */
public final class Baker {

    /** The metadata key by which a model is known to have a merge in it. */
    private static final String MERGED_KEY = "ham.merged_sha256";

    private static final String BASE_KEY = "ham.base_sha256";

    private final BakeRequest request;
    private final ModelIndex model;
    private final ExternalFiles externalFiles;

    private Baker(BakeRequest request, ModelIndex model, ExternalFiles externalFiles) {
        this.request = request;
        this.model = model;
        this.externalFiles = externalFiles;
    }

    /**
     * Writes {@code request.output()}.
     *
     * @throws InputException if a file is damaged, a layer's weights cannot be told in the graph for certain, merge and base do not
     *     fit, the output exists, or the verification fails; nothing is written then
     */
    public static ExportResult bake(BakeRequest request) {
        try (ByteFile file = ByteFile.open(request.model(), "an ONNX model");
                ExternalFiles externalFiles = new ExternalFiles(request.model())) {
            ModelIndex model = ModelReader.read(file, externalFiles);
            return new Baker(request, model, externalFiles).bake();
        }
    }

    private ExportResult bake() {
        requireUnmerged();
        Optional<BaseWeights> weights = request.weights().map(SafetensorsWeights::open);
        weights.ifPresent(this::requireBase);
        Uses uses = new Uses(model);
        Chooser chooser = new Chooser(model, uses);
        Search search = weights.<Search>map(base -> new ContentSearch(model, base, chooser))
                .orElseGet(() -> new NameSearch(model, uses, chooser));
        SortedMap<String, Matrix> deltas = new TreeMap<>(request.merged().deltas());
        List<Match> matches = new ArrayList<>();
        deltas.forEach((layer, delta) -> matches.addAll(search.find(layer, delta)));
        ModelEdit edit = new ModelEdit(model, externalFiles.all());
        for (TensorChanges changes : changes(matches, uses)) {
            apply(changes, deltas, search, edit);
        }
        metadata(edit);
        long bytes = write(edit);
        return new ExportResult(
                request.output(),
                bytes,
                List.of(),
                "base",
                matches.stream().map(Baker::matched).toList(),
                Optional.empty());
    }

    private void requireUnmerged() {
        String merged = model.metadata().get(MERGED_KEY);
        if (merged != null) {
            throw new InputException(
                    request.model(),
                    "expected the graph of a base, found one that a merge (" + merged
                            + ") is baked into already; bake into the graph that it was made from");
        }
        String recorded = model.metadata().get(BASE_KEY);
        request.merged()
                .baseSha256()
                .filter(made -> recorded != null && !made.equals(recorded))
                .ifPresent(made -> {
                    throw new InputException(
                            request.model(),
                            "is not the base that this merge was made for: expected hash " + made + ", found "
                                    + recorded + " in the model's metadata");
                });
    }

    private void requireBase(BaseWeights weights) {
        request.merged().baseSha256().ifPresent(made -> {
            String found = weights.sha256();
            if (!made.equals(found)) {
                throw new InputException(
                        weights.path(),
                        "is not the base that this merge was made for: expected hash " + made + ", found " + found);
            }
        });
    }

    private List<TensorChanges> changes(List<Match> matches, Uses uses) {
        Map<String, List<Match>> byTensor = new LinkedHashMap<>();
        for (Match match : matches) {
            byTensor.computeIfAbsent(match.placement().tensor().name(), name -> new ArrayList<>())
                    .add(match);
        }
        return byTensor.values().stream()
                .map(each -> {
                    TensorEntry tensor = each.get(0).placement().tensor();
                    return TensorChanges.of(model, tensor, each, uses.of(tensor.name()));
                })
                .toList();
    }

    private static void apply(TensorChanges changes, SortedMap<String, Matrix> deltas, Search search, ModelEdit edit) {
        TensorEntry tensor = changes.tensor();
        if (!changes.inPlace().isEmpty()) {
            edit.values(tensor, new ChangedTensor(tensor, changes.inPlace(), deltas, search));
        }
        changes.copies().forEach((needed, readers) -> {
            String copy = edit.freshName(tensor.name() + "." + needed.get(0).layer());
            edit.initializer(copy, tensor.dataType(), tensor.dims(), new ChangedTensor(tensor, needed, deltas, search));
            readers.forEach(use -> edit.rename(use, copy));
        });
    }

    private void metadata(ModelEdit edit) {
        Merged merged = request.merged();
        merged.metadata().forEach(edit::metadata);
        edit.metadata("ham.version", request.version());
        merged.baseSha256().ifPresent(hash -> edit.metadata(BASE_KEY, hash));
    }

    private long write(ModelEdit edit) {
        Path output = request.output();
        Path data = output.resolveSibling(output.getFileName() + ".data");
        List<Path> targets = edit.hasExternalData() ? List.of(data, output) : List.of(output);
        long[] bytes = {0};
        Outputs.files(targets, request.force(), folder -> {
            Path file = folder.resolve(output.getFileName());
            Path external = folder.resolve(data.getFileName());
            write(edit, file, external);
            bytes[0] = Files.size(file) + (edit.hasExternalData() ? Files.size(external) : 0);
        });
        return bytes[0];
    }

    private static void write(ModelEdit edit, Path file, Path external) throws IOException {
        try (FileChannel target = create(file)) {
            if (!edit.hasExternalData()) {
                edit.write(target, null, "");
                return;
            }
            try (FileChannel data = create(external)) {
                edit.write(target, data, external.getFileName().toString());
            }
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static MatchedLayer matched(Match match) {
        return new MatchedLayer(
                match.layer(),
                match.placement().tensor().name(),
                match.placement().layout(),
                match.how());
    }
}
