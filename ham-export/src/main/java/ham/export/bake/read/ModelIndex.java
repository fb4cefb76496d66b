package ham.export.bake.read;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Where everything stands in a model file.
 *
 * @param file the model
 * @param irVersion version of the file format
 * @param opsets operator domain to version; the standard domain is empty
 * @param metadata the model's key-value pairs
 * @param metadataFields the fields of {@code metadata}, by key
 * @param graph the whole field of the graph
 * @param graphContent its content
 * @param nodes nodes of the main graph in the order of the file
 * @param tensors constants of the main graph
 * @param inputs graph inputs: name to field, in the order of the file
 * @param outputs graph outputs likewise
 * @param externals every constant whose values stand in another file
 */
public record ModelIndex(
        ByteFile file,
        long irVersion,
        Map<String, Long> opsets,
        SortedMap<String, String> metadata,
        Map<String, Range> metadataFields,
        Range graph,
        Range graphContent,
        List<NodeEntry> nodes,
        List<TensorEntry> tensors,
        Map<String, Range> inputs,
        Map<String, Range> outputs,
        List<External> externals) {

    /**
     * A constant in another file.
     *
     * @param field its whole field in the model file
     * @param node index of the node that holds it; -1 for an initializer
     * @param source the other file
     * @param values where the values stand there
     */
    public record External(Range field, int node, ByteFile source, Range values) {}

    /** Version of the standard operator set. */
    public long opset() {
        return opsets.getOrDefault("", 0L);
    }
}
