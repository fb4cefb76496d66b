package ham.export.bake;

import com.fasterxml.jackson.databind.JsonNode;
import ham.export.bake.BakeRequest.HeadChoice;
import ham.export.bake.base.BaseWeights;
import ham.export.bake.base.WeightBlock;
import ham.export.bake.read.Messages;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.Range;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.runtime.classify.AnswerForm;
import ham.runtime.classify.Labels;
import ham.runtime.classify.Scores;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.text.TextPreprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a baked model says about itself: labels, preprocessing and origin, as a built one does. */
final class BakedMetadata {

    /** Head kind of a model with the classifier that it had. */
    static final String OWN_HEAD = "base";

    /** The key by which a model is known to have a merge in it. */
    static final String MERGED = "ham.merged_sha256";

    static final String BASE = "ham.base_sha256";

    private static final String CONFIG = "config.json";

    private final BakeRequest request;
    private final ModelIndex model;

    BakedMetadata(BakeRequest request, ModelIndex model) {
        this.request = request;
        this.model = model;
    }

    /** The head that replaces the graph's classifier, if one does. */
    Optional<NamedHead> head() {
        return request.head() == HeadChoice.KEEP
                ? Optional.empty()
                : request.merged().head();
    }

    String headKind() {
        return head().map(head -> head.head().kind().optionName()).orElse(OWN_HEAD);
    }

    /**
     * Class names in the order of the logits, as far as they are known.
     *
     * @param classifier shape of the base's classifier, if it has one
     */
    List<String> labels(Optional<WeightBlock> classifier) {
        if (head().isPresent()) {
            return head().get().classes();
        }
        String own = model.metadata().get(Labels.METADATA_KEY);
        if (own != null) {
            return Labels.fromJson(own, model.file().path().toString());
        }
        List<String> labels = configuredLabels();
        return classifier.filter(weight -> weight.rows() == labels.size()).isPresent() ? labels : List.of();
    }

    private List<String> configuredLabels() {
        Optional<Path> config =
                request.weights().map(folder -> folder.resolve(CONFIG)).filter(Files::isRegularFile);
        boolean named = config.isPresent()
                && !JsonFiles.read(config.get(), "the configuration of a checkpoint")
                        .path("id2label")
                        .isEmpty();
        return named ? Labels.read(config.get()) : List.of();
    }

    /** The entries to set. */
    SortedMap<String, String> entries(List<String> labels) {
        SortedMap<String, String> entries = new TreeMap<>(request.merged().metadata());
        entries.put("ham.version", request.version());
        entries.put("ham.head", headKind());
        request.logits().ifPresent(output -> entries.put(AnswerForm.LOGITS_KEY, output));
        request.merged().baseSha256().ifPresent(hash -> entries.put(BASE, hash));
        if (!labels.isEmpty()) {
            entries.put(Labels.METADATA_KEY, Labels.toJson(labels));
        }
        problemType().ifPresent(type -> entries.put(Scores.METADATA_KEY, type));
        if (request.preprocessing().isPresent() || !model.metadata().containsKey(Preprocessing.METADATA_KEY)) {
            preprocessing().ifPresent(found -> entries.put(Preprocessing.METADATA_KEY, found.toJson()));
        }
        if (!TextPreprocessing.isIn(model.metadata())) {
            entries.putAll(tokenizer());
        }
        return entries;
    }

    /** The checkpoint, where it is a text encoder's. */
    Optional<Checkpoint> text() {
        return request.weights()
                .filter(folder -> Files.isRegularFile(folder.resolve(CONFIG)))
                .filter(folder -> model.inputs().containsKey(EncoderInput.IDS))
                .map(Checkpoint::open)
                .filter(base -> base.encoder().input() instanceof EncoderInput.Text);
    }

    /** How texts become tokens, where the checkpoint has a tokenizer. */
    private Map<String, String> tokenizer() {
        return text().filter(base -> Files.isRegularFile(base.directory().resolve(TextPreprocessing.FILE)))
                .map(base -> {
                    EncoderInput.Text input = (EncoderInput.Text) base.encoder().input();
                    return TextPreprocessing.ofCheckpoint(base.directory(), input.longest(), input.padding())
                            .metadata();
                })
                .orElse(Map.of());
    }

    /** A head of a merge tells one class of all; the graph's own classifier stays what the graph or its checkpoint says. */
    private Optional<String> problemType() {
        boolean told = model.metadata().containsKey(Scores.METADATA_KEY);
        if (head().isPresent()) {
            return told ? Optional.of(Scores.SINGLE_LABEL) : Optional.empty();
        }
        return told ? Optional.empty() : request.weights().flatMap(Scores::problemType);
    }

    /** The checkpoint's, where it has a Hugging Face configuration and the graph says how large its images are. */
    private Optional<Preprocessing> preprocessing() {
        if (request.preprocessing().isPresent()) {
            return request.preprocessing().map(chosen -> chosen.apply(side()));
        }
        Optional<Path> folder = request.weights().filter(each -> Files.isRegularFile(each.resolve(CONFIG)));
        if (folder.isEmpty() || model.inputs().isEmpty()) {
            return Optional.empty();
        }
        JsonNode config = JsonFiles.read(folder.get().resolve(CONFIG), "the configuration of a checkpoint");
        boolean known = config.has("model_type") || Files.exists(folder.get().resolve("preprocessor_config.json"));
        int side = side();
        return known && side > 0 ? Optional.of(Preprocessing.ofCheckpoint(folder.get(), side)) : Optional.empty();
    }

    /** Of the images that the graph takes; -1 where it does not tell it. */
    private int side() {
        Range input = model.inputs().values().iterator().next();
        List<Dimension> dims = Messages.value(model.file(), input)
                .getType()
                .getTensorType()
                .getShape()
                .getDimList();
        return dims.size() == 4 && dims.get(2).getDimValue() > 0
                ? (int) dims.get(2).getDimValue()
                : -1;
    }

    /**
     * Refuses a graph that has a merge in it, or that records another base than the merge.
     *
     * @throws InputException then
     */
    void requireFittingGraph() {
        String merged = model.metadata().get(MERGED);
        if (merged != null) {
            throw new InputException(
                    request.model(),
                    "expected the graph of a base, found one that the merge " + merged
                            + " is baked into already; bake into the graph that it was made from");
        }
        String recorded = model.metadata().get(BASE);
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

    /**
     * Refuses weights that the merge was not made for.
     *
     * @throws InputException then
     */
    void requireFitting(BaseWeights weights) {
        request.merged().baseSha256().ifPresent(made -> {
            String found = weights.sha256();
            if (!made.equals(found)) {
                throw new InputException(
                        weights.path(),
                        "is not the base that this merge was made for: expected hash " + made + ", found " + found);
            }
        });
    }
}
