package ham.export;

import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.StringStringEntryProto;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The model around a graph: format versions, and in the metadata what {@code ham run} needs and where the model comes from. No
 * time and no place enters, so the same inputs give the same bytes.
 *
 * @param version version of ham
 * @param properties metadata in the order of the keys
 */
record ModelMetadata(String version, SortedMap<String, String> properties) {

    private static final long IR_VERSION = 8;
    private static final long OPSET = 17;

    /** Head kind of a model with the classifier of its base. */
    static final String OWN_HEAD = "base";

    static ModelMetadata of(ExportRequest request, String baseSha256, List<String> labels) {
        SortedMap<String, String> properties = new TreeMap<>(request.merged().metadata());
        properties.put("ham.version", request.version());
        properties.put("ham.labels", JsonFiles.tree(labels).toString());
        properties.put("ham.preprocessing", request.preprocessing().toJson());
        properties.put("ham.base_sha256", baseSha256);
        properties.put("ham.head", headKind(request));
        return new ModelMetadata(request.version(), properties);
    }

    static String headKind(ExportRequest request) {
        return request.merged()
                .head()
                .map(NamedHead::head)
                .map(head -> head.kind().optionName())
                .orElse(OWN_HEAD);
    }

    ModelProto around(GraphProto graph) {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("ham")
                .setProducerVersion(version)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph);
        for (Map.Entry<String, String> property : properties.entrySet()) {
            model.addMetadataProps(StringStringEntryProto.newBuilder()
                    .setKey(property.getKey())
                    .setValue(property.getValue()));
        }
        return model.build();
    }
}
