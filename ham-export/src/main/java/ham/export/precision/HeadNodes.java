package ham.export.precision;

import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.ValueInfoProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells the classifier's nodes, from the last norm on, from those before; {@link ham.export.encoder.VitGraph} gives them their names. */
final class HeadNodes {
    private static final Set<String> PRODUCTS = Set.of("Gemm", "MatMul");

    /** What takes its numbers from the first input; the others say which, where to or how many. */
    private static final Set<String> MOVES =
            Set.of("Reshape", "Expand", "Slice", "Squeeze", "Unsqueeze", "Gather", "TopK", "Pad", "Tile", "Split");

    private HeadNodes() {}

    /** Of a graph that ham built. */
    static boolean isHead(NodeProto node) {
        return node.getName().startsWith("features") || node.getName().startsWith("logits");
    }

    /**
     * The head of any graph: the nodes of ham's names, or where there are none, the products from which an output follows without another one. A value that
     * also follows from the input without any product, such as the residual sum of an encoder, has no head.
     */
    static Set<NodeProto> of(GraphProto graph) {
        Set<NodeProto> named = new HashSet<>();
        graph.getNodeList().stream().filter(HeadNodes::isHead).forEach(named::add);
        return named.isEmpty() ? last(graph) : named;
    }

    private static Set<NodeProto> last(GraphProto graph) {
        // The last products before a value: none of a constant. Absent is what follows from the input without one.
        Map<String, Set<NodeProto>> products = new HashMap<>();
        for (TensorProto constant : graph.getInitializerList()) {
            products.put(constant.getName(), Set.of());
        }
        for (NodeProto node : graph.getNodeList()) {
            Set<NodeProto> own = PRODUCTS.contains(node.getOpType()) ? Set.of(node) : before(node, products);
            if (own != null) {
                node.getOutputList().forEach(output -> products.put(output, own));
            }
        }
        Set<NodeProto> head = new HashSet<>();
        for (ValueInfoProto output : graph.getOutputList()) {
            head.addAll(products.getOrDefault(output.getName(), Set.of()));
        }
        return head;
    }

    private static Set<NodeProto> before(NodeProto node, Map<String, Set<NodeProto>> products) {
        List<String> inputs = node.getInputList();
        if (MOVES.contains(node.getOpType())) {
            inputs = inputs.subList(0, 1);
        }
        Set<NodeProto> all = new HashSet<>();
        for (String input : inputs) {
            if (input.isEmpty()) {
                continue;
            }
            Set<NodeProto> those = products.get(input);
            if (those == null) {
                return null;
            }
            all.addAll(those);
        }
        return all;
    }
}
