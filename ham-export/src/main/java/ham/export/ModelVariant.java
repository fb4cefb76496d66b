package ham.export;

import ham.export.graph.OperatorSets;
import ham.export.precision.Flavor;
import ham.export.precision.FormatRewrite;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.token.TokenMerging;
import ham.merge.InputException;
import ham.runtime.model.SessionSettings;
import ham.runtime.onnx.ExternalData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Another form of a model that is there, with its metadata. */
public final class ModelVariant {
    /** Metadata of a model that ham built: whom its operators are for. */
    public static final String FLAVOR = "ham.flavor";

    private static final String PRECISION = "ham.precision";

    private ModelVariant() {}

    /**
     * Writes a float32 model in another format, without calibration. Metadata of ham say what the graph is then: whether it has ONNX Runtime's own operators,
     * and the precision where that is another.
     *
     * @param mergeTokens tokens to merge in a block of a ViT that ham built; 0 for none
     * @return whether that is another graph
     * @throws InputException if the model has external data, or the format cannot hold it
     */
    public static boolean write(Path file, NumberFormat format, int mergeTokens, Path output) throws IOException {
        ModelProto model = read(file);
        GraphProto graph = new FormatRewrite(
                        format, output.resolveSibling(output.getFileName() + ".scratch"), new SessionSettings(1))
                .of(tokens(model, mergeTokens));
        if (graph.getNodeList().equals(model.getGraph().getNodeList())) {
            return false;
        }
        ModelProto.Builder changed = model.toBuilder().setGraph(graph);
        boolean own = graph.getNodeList().stream().map(NodeProto::getDomain).anyMatch(OperatorSets.MICROSOFT::equals);
        boolean known = model.getOpsetImportList().stream()
                .map(OperatorSetIdProto::getDomain)
                .anyMatch(OperatorSets.MICROSOFT::equals);
        if (own && !known) {
            changed.addOpsetImport(OperatorSetIdProto.newBuilder()
                    .setDomain(OperatorSets.MICROSOFT)
                    .setVersion(1));
        }
        if (metadata(model, FLAVOR)) {
            put(changed, FLAVOR, (own ? Flavor.ORT : Flavor.STANDARD).optionName());
        }
        if (metadata(model, PRECISION) && format.precision() != Precision.FP32) {
            put(changed, PRECISION, format.text());
        }
        if (mergeTokens > 0) {
            put(changed, TokenMerging.METADATA_KEY, Integer.toString(mergeTokens));
        }
        OnnxFiles.write(changed.build(), output);
        return true;
    }

    private static GraphProto tokens(ModelProto model, int mergeTokens) {
        if (mergeTokens > 0 && metadata(model, TokenMerging.METADATA_KEY)) {
            throw InputException.parameter(
                    TokenMerging.PARAMETER,
                    "expected a model without merged tokens, found one that merges them already");
        }
        if (mergeTokens > 0 && !OperatorSets.isOurs(model)) {
            throw InputException.parameter(
                    TokenMerging.PARAMETER,
                    "expected a model of operator set " + OperatorSets.STANDARD
                            + ", as ham builds it, found another; tune it before its inputs are changed");
        }
        return TokenMerging.of(model.getGraph(), mergeTokens);
    }

    /**
     * Writes a model with more entries, or other ones, in its metadata.
     *
     * @param entries key to value
     */
    public static void describe(Path file, Map<String, String> entries, Path output) throws IOException {
        ModelProto.Builder changed = read(file).toBuilder();
        entries.forEach((key, value) -> put(changed, key, value));
        OnnxFiles.write(changed.build(), output);
    }

    private static ModelProto read(Path file) {
        Set<String> external = ExternalData.locations(file);
        if (!external.isEmpty()) {
            throw new InputException(
                    file, "expected a model in one file, found that its weights are in " + String.join(", ", external));
        }
        return OnnxFiles.read(file);
    }

    private static boolean metadata(ModelProto model, String key) {
        return model.getMetadataPropsList().stream()
                .anyMatch(each -> each.getKey().equals(key));
    }

    private static void put(ModelProto.Builder model, String key, String value) {
        StringStringEntryProto.Builder entry =
                StringStringEntryProto.newBuilder().setKey(key).setValue(value);
        for (int i = 0; i < model.getMetadataPropsCount(); i++) {
            if (model.getMetadataProps(i).getKey().equals(key)) {
                model.setMetadataProps(i, entry);
                return;
            }
        }
        model.addMetadataProps(entry);
    }
}
