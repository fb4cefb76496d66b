package ham.export.bake;

import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.bake.base.SafetensorsWeights;
import ham.export.bake.edit.GraphChanges;
import ham.export.bake.edit.HeadAddition;
import ham.export.bake.edit.HeadReplacement;
import ham.export.bake.edit.ModelEdit;
import ham.export.bake.match.Chooser;
import ham.export.bake.match.ClassifierLayer;
import ham.export.bake.match.Content;
import ham.export.bake.match.ContentSearch;
import ham.export.bake.match.Match;
import ham.export.bake.match.NameSearch;
import ham.export.bake.match.OutputSearch;
import ham.export.bake.match.Search;
import ham.export.bake.match.Uses;
import ham.export.bake.read.ByteFile;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.ExternalFiles;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.ModelReader;
import ham.export.bake.read.TensorEntry;
import ham.export.bake.verify.OwnForward;
import ham.export.bake.verify.Verification;
import ham.export.parity.ParityReport;
import ham.merge.InputException;
import ham.merge.folder.Merged;
import ham.merge.head.HeadFeature;
import ham.merge.head.NamedHead;
import ham.merge.io.Outputs;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Bakes a merge into a copy of an ONNX model that was exported elsewhere.
 *
 * <p>The place of every layer's weights is decided first, for all layers; then the file is copied with the sums in these places. It
 * gets its name when it has been run beside the unchanged graph with explicit deltas.
 */
public final class Baker {

    private final BakeRequest request;
    private final ModelIndex model;
    private final ExternalFiles externalFiles;
    private final Uses uses;
    private final BakedMetadata metadata;
    private Optional<ParityReport> parity = Optional.empty();
    private long bytes;
    /** Where the head of a text encoder without a classifier goes. */
    private Optional<HeadAddition> addition = Optional.empty();
    /** Reads every byte of the weights, while the rest goes on. */
    private CompletableFuture<Void> rightBase = CompletableFuture.completedFuture(null);

    private Baker(BakeRequest request, ModelIndex model, ExternalFiles externalFiles) {
        this.request = request;
        this.model = model;
        this.externalFiles = externalFiles;
        this.uses = new Uses(model);
        this.metadata = new BakedMetadata(request, model);
    }

    /**
     * Writes {@code request.output()}.
     *
     * @throws InputException if a file is damaged, a layer's weights cannot be told in the graph for certain, merge and base do not
     *     fit, the output exists, or the verification fails; nothing is written then
     */
    public static ExportResult bake(BakeRequest request) {
        Outputs.refuseExisting(request.output(), request.force());
        try (ByteFile file = ByteFile.open(request.model(), "an ONNX model");
                ExternalFiles externalFiles = new ExternalFiles(request.model())) {
            ModelIndex model = ModelReader.read(file, externalFiles);
            return new Baker(request, model, externalFiles).bake();
        }
    }

    private ExportResult bake() {
        metadata.requireFittingGraph();
        metadata.head().filter(head -> head.featureBlocks() > 0).ifPresent(head -> {
            throw new InputException(
                    request.model(),
                    "expected a head that reads the encoder's own feature, found one that reads the last "
                            + head.featureBlocks()
                            + " blocks beside it, which a graph from elsewhere does not give; give the checkpoint as base, of which ham builds the graph");
        });
        Optional<OutputSearch> named = request.logits().map(output -> new OutputSearch(model, output));
        Optional<SafetensorsWeights> weights = request.weights().map(SafetensorsWeights::open);
        weights.ifPresent(base -> rightBase = CompletableFuture.runAsync(() -> metadata.requireFitting(base)));
        Chooser chooser = new Chooser(model, uses);
        Search search = weights.<Search>map(base -> new ContentSearch(model, base, chooser))
                .orElseGet(() -> new NameSearch(model, uses, chooser));
        Merged merged = request.merged();
        SortedMap<String, Matrix> deltas = new TreeMap<>(merged.deltas());
        merged.biases().forEach((name, bias) -> deltas.put(name, new Matrix(bias.length, 1, bias)));
        List<Match> matches = new ArrayList<>();
        try {
            for (String layer : List.copyOf(deltas.keySet())) {
                matches.addAll(find(search, layer, deltas));
            }
        } catch (InputException e) {
            requireRightBase(); // if the weights are of another base, that is what is wrong
            throw e;
        }
        requireSeparate(matches);
        GraphChanges changes = GraphChanges.of(model, uses, matches, deltas, search);
        addition = metadata.head().isEmpty() || named.isPresent()
                ? Optional.empty()
                : metadata.text().flatMap(base -> HeadAddition.find(model, base));
        addition.ifPresent(found -> requireOwnFeature(metadata.head().orElseThrow()));
        Optional<ClassifierLayer> classifier = addition.isPresent()
                ? Optional.empty()
                : metadata.head()
                        .map(head -> requireUnchanged(
                                named.map(output -> output.classifier(uses))
                                        .orElseGet(() -> ClassifierLayer.find(model, uses, search.classifier())),
                                changes));
        List<String> labels = metadata.labels(weights.flatMap(SafetensorsWeights::classifier));

        ModelEdit baked = edit(classifier);
        changes.bake(baked);
        metadata.entries(labels).forEach(baked::metadata);
        write(baked, changes, classifier);
        return new ExportResult(
                request.output(),
                bytes,
                labels,
                metadata.headKind(),
                matches.stream().map(Baker::matched).toList(),
                parity);
    }

    /** Where a layer lies; a pooler that the graph does not have is left out. */
    private static List<Match> find(Search search, String layer, SortedMap<String, Matrix> deltas) {
        try {
            return search.find(layer, deltas.get(layer));
        } catch (InputException e) {
            if (Merged.isPooler(layer)) {
                deltas.remove(layer);
                return List.of();
            }
            throw e;
        }
    }

    private void requireRightBase() {
        try {
            rightBase.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /** Two deltas for one place would be a mistake of the merge. */
    private void requireSeparate(List<Match> matches) {
        for (int i = 0; i < matches.size(); i++) {
            for (int j = 0; j < i; j++) {
                Match one = matches.get(j);
                Match other = matches.get(i);
                boolean shared = one.uses().stream().anyMatch(other.uses()::contains);
                if (shared && one.placement().overlaps(other.placement())) {
                    throw new InputException(
                            request.model(),
                            "expected one delta for each place, found '" + one.layer() + "' and '" + other.layer()
                                    + "' for constant '"
                                    + one.placement().tensor().name() + "'");
                }
            }
        }
    }

    private ClassifierLayer requireUnchanged(ClassifierLayer classifier, GraphChanges changes) {
        for (TensorEntry changed : changes.tensors()) {
            if (classifier.constants().contains(changed)) {
                throw ClassifierLayer.refused(
                        model,
                        "expected no delta for the classifier, which the merge's head replaces, found one for '"
                                + changed.name() + "'");
            }
        }
        return classifier;
    }

    /** What is added behind the tokens pools them as the bare encoder does. */
    private void requireOwnFeature(NamedHead head) {
        if (head.feature() != HeadFeature.OWN) {
            throw new InputException(
                    request.model(),
                    "expected a head that reads the encoder's own feature, found one that was saved as the classifier of"
                            + " a classification model, whose feature this graph does not give; give the checkpoint as"
                            + " base, of which ham builds the graph");
        }
    }

    /** A copy of the model with the merge's head, if it has one. */
    private ModelEdit edit(Optional<ClassifierLayer> classifier) {
        ModelEdit edit = new ModelEdit(model, externalFiles.all());
        Optional<NamedHead> head = metadata.head();
        classifier.ifPresent(found ->
                new HeadReplacement(model, found, edit).put(head.orElseThrow().head()));
        addition.ifPresent(found -> found.put(head.orElseThrow().head(), edit));
        return edit;
    }

    private void write(ModelEdit baked, GraphChanges changes, Optional<ClassifierLayer> classifier) {
        Path output = request.output();
        Path data = data(output);
        List<Path> targets = baked.hasExternalData() ? List.of(data, output) : List.of(output);
        List<Path> inputs = new ArrayList<>(List.of(request.model()));
        externalFiles.all().forEach(each -> inputs.add(each.path()));
        targets.forEach(target -> Outputs.checkFile(target, request.force(), inputs));
        Outputs.files(targets, request.force(), folder -> {
            Path file = folder.resolve(output.getFileName());
            write(baked, file);
            requireRightBase();
            bytes = Files.size(file) + (baked.hasExternalData() ? Files.size(data(file)) : 0);
            if (request.verify()) {
                parity = Optional.of(verify(file, changes, classifier));
            }
        });
    }

    private ParityReport verify(Path baked, GraphChanges changes, Optional<ClassifierLayer> classifier)
            throws IOException {
        ModelEdit explicit = edit(classifier);
        changes.addAtRunTime(explicit);
        Path reference = scratch(baked, "reference");
        write(explicit, reference);
        Optional<Path> without = changes.isZero() ? Optional.empty() : Optional.of(without(baked, classifier));
        boolean exact = changes.tensors().stream().allMatch(tensor -> Content.format(tensor) == ElementFormat.FLOAT);
        Optional<OwnForward> own = request.weights()
                .flatMap(weights -> OwnForward.of(weights, request.merged(), metadata.head(), request.settings()));
        Optional<String> output = request.logits()
                .or(() -> addition.map(HeadAddition::output))
                .or(() -> classifier.flatMap(found -> found.outputs().stream().findFirst()));
        ParityReport report = new Verification(model, request.settings(), request.inputs(), own, output)
                .compare(
                        baked,
                        reference,
                        without,
                        exact ? ParityReport.RELATIVE_TOLERANCE : ParityReport.HALF_TOLERANCE);
        if (!report.passed()) {
            throw new InputException(request.output(), "was not written, because its forms disagree: " + report.text());
        }
        return report;
    }

    /** The model with the merge's head and nothing else of it. */
    private Path without(Path baked, Optional<ClassifierLayer> classifier) throws IOException {
        if (metadata.head().isEmpty()) {
            return request.model();
        }
        Path file = scratch(baked, "without");
        write(edit(classifier), file);
        return file;
    }

    /** A file beside the baked one in its temporary folder, of a name that no output has. */
    private static Path scratch(Path baked, String what) {
        return baked.resolveSibling(baked.getFileName() + "." + what);
    }

    /** Where external data of a model goes. */
    private static Path data(Path model) {
        return model.resolveSibling(model.getFileName() + ".data");
    }

    private static void write(ModelEdit edit, Path file) throws IOException {
        Files.createFile(file);
        if (edit.hasExternalData()) {
            Files.createFile(data(file));
        }
        edit.write(file, data(file));
    }

    private static MatchedLayer matched(Match match) {
        return new MatchedLayer(
                match.layer(),
                match.placement().tensor().name(),
                match.placement().layout(),
                match.how());
    }
}
