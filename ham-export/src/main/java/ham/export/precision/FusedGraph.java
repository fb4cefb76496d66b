package ham.export.precision;

import ham.export.graph.Attributes;
import ham.export.graph.GraphEdit;
import ham.export.graph.OperatorSets;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rewrites a graph with those of ONNX Runtime's own operators that are faster on a CPU: every sum that a LayerNormalization reads becomes one
 * {@code SkipLayerNormalization} with it. {@code docs/export.md} has the measurements, also of what did not help.
 */
final class FusedGraph {
    /** What a LayerNormalization adds to the variance where it does not say. */
    private static final float EPSILON = 1e-5f;

    private FusedGraph() {}

    static GraphProto of(GraphProto source) {
        Set<String> constants =
                source.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
        Map<String, NodeProto> normOf = new HashMap<>();
        for (NodeProto node : source.getNodeList()) {
            if (isPlainNorm(node) && !HeadNodes.isHead(node)) {
                normOf.put(node.getInput(0), node);
            }
        }
        Set<String> residuals = new HashSet<>();
        source.getNodeList().stream()
                .filter(node -> !node.equals(normOf.get(node.getInputCount() == 0 ? "" : node.getInput(0))))
                .forEach(node -> residuals.addAll(node.getInputList()));
        source.getOutputList().forEach(output -> residuals.add(output.getName()));
        GraphEdit edit = new GraphEdit(source);
        Set<NodeProto> fused = new HashSet<>();
        for (NodeProto node : source.getNodeList()) {
            NodeProto norm = normOf.get(node.getOutput(0));
            if (norm != null
                    && node.getOpType().equals("Add")
                    && node.getInputList().stream().noneMatch(constants::contains)) {
                edit.keep(fused(node, norm, residuals.contains(node.getOutput(0))));
                fused.add(norm);
            } else if (!fused.contains(node)) {
                edit.keep(node);
            }
        }
        return edit.build();
    }

    /** Whether it normalises the last dimension, and nobody asks for mean and deviation. */
    private static boolean isPlainNorm(NodeProto node) {
        return node.getOpType().equals("LayerNormalization")
                && node.getInputCount() > 1
                && node.getOutputCount() == 1
                && node.getAttributeList().stream()
                        .noneMatch(each -> each.getName().equals("axis") && each.getI() != -1);
    }

    /** Outputs: the normalised sum, and where a residual reads it, two that are left out and the sum itself. */
    private static NodeProto fused(NodeProto sum, NodeProto norm, boolean read) {
        float epsilon = norm.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("epsilon"))
                .findFirst()
                .map(AttributeProto::getF)
                .orElse(EPSILON);
        return NodeProto.newBuilder()
                .setDomain(OperatorSets.MICROSOFT)
                .setOpType("SkipLayerNormalization")
                .setName(norm.getName())
                .addAllInput(sum.getInputList())
                .addAllInput(norm.getInputList().subList(1, norm.getInputCount()))
                .addAllOutput(read ? List.of(norm.getOutput(0), "", "", sum.getOutput(0)) : List.of(norm.getOutput(0)))
                .addAttribute(Attributes.decimal("epsilon", epsilon))
                .build();
    }
}
