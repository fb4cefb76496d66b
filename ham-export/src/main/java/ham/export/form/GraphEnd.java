package ham.export.form;

import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What a graph does last. */
final class GraphEnd {
    private static final Set<String> PROBABILITIES = Set.of("Softmax", "Sigmoid");

    /** Nodes that change how numbers are stored, and not the numbers. */
    private static final Set<String> PASSING =
            Set.of("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Dropout");

    private GraphEnd() {}

    /** Whether an output of a graph is a softmax or a sigmoid already. */
    static boolean givesProbabilities(GraphProto.Builder graph, String output) {
        Map<String, NodeProto> makers = new HashMap<>();
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(value -> makers.put(value, node)));
        NodeProto maker = makers.remove(output);
        while (maker != null && PASSING.contains(maker.getOpType())) {
            maker = makers.remove(maker.getInput(0));
        }
        return maker != null && PROBABILITIES.contains(maker.getOpType());
    }
}
