package ham.export;

import ham.export.graph.OperatorSets;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.token.TokenMerging;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.merge.head.HeadKind;
import ham.merge.head.NamedHead;
import ham.runtime.classify.Labels;
import ham.runtime.classify.Scores;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.text.TextPreprocessing;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The model around a graph: format versions, and in the metadata what {@code ham run} needs and where the model comes from. No
 * time enters, so the same inputs give the same bytes.
 *
 * @param version version of ham
 * @param properties metadata in the order of the keys
 */
record ModelMetadata(String version, SortedMap<String, String> properties) {

    /** Head kind of a model with the classifier of its base. */
    static final String OWN_HEAD = "base";

    static ModelMetadata of(ExportRequest request, String baseSha256, List<String> labels) {
        SortedMap<String, String> properties = new TreeMap<>(request.merged().metadata());
        properties.put("ham.version", request.version());
        if (!labels.isEmpty()) {
            properties.put(Labels.METADATA_KEY, Labels.toJson(labels));
        }
        if (request.base().encoder().input() instanceof EncoderInput.Images) {
            properties.put(Preprocessing.METADATA_KEY, request.preprocessing().toJson());
        }
        if (request.base().encoder().input() instanceof EncoderInput.Text text) {
            properties.putAll(tokenizer(request.base(), text));
        }
        if (List.of(OWN_HEAD, HeadKind.LINEAR.optionName()).contains(headKind(request))) {
            Scores.problemType(request.base().directory()).ifPresent(type -> properties.put(Scores.METADATA_KEY, type));
        }
        properties.put("ham.base_sha256", baseSha256);
        properties.put("ham.head", headKind(request));
        properties.put("ham.precision", request.format().text());
        properties.put("ham.flavor", request.format().flavor().optionName());
        if (request.mergeTokens() > 0) {
            properties.put(TokenMerging.METADATA_KEY, Integer.toString(request.mergeTokens()));
        }
        return new ModelMetadata(request.version(), properties);
    }

    /** How texts become tokens; nothing of a checkpoint without a tokenizer, whose export can be run on token numbers alone. */
    private static Map<String, String> tokenizer(Checkpoint base, EncoderInput.Text text) {
        return Files.isRegularFile(base.directory().resolve(TextPreprocessing.FILE))
                ? TextPreprocessing.ofCheckpoint(base.directory(), text.longest(), text.padding())
                        .metadata()
                : Map.of();
    }

    static String headKind(ExportRequest request) {
        return request.merged()
                .head()
                .map(NamedHead::head)
                .map(head -> head.kind().optionName())
                .orElse(OWN_HEAD);
    }

    ModelProto around(GraphProto graph) {
        ModelProto.Builder model = OperatorSets.model(graph).setProducerVersion(version);
        for (Map.Entry<String, String> property : properties.entrySet()) {
            model.addMetadataProps(StringStringEntryProto.newBuilder()
                    .setKey(property.getKey())
                    .setValue(property.getValue()));
        }
        return model.build();
    }
}
