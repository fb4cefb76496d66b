package ham.export.precision;

import ham.export.graph.GraphEdit;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;

/** Rewrites the linear layers of a graph to 8-bit integers; everything between them stays float32. */
final class IntegerGraph {
    private IntegerGraph() {}

    static GraphProto of(GraphProto source, LinearLayers layers, LinearWriter writer) {
        GraphEdit edit = new GraphEdit(source);
        for (NodeProto node : source.getNodeList()) {
            if (layers.contains(node)) {
                writer.write(edit, node, ChannelWeights.of(layers.weight(node)));
            } else {
                edit.keep(node);
            }
        }
        return edit.build();
    }
}
