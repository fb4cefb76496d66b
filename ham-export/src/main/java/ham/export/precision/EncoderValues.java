package ham.export.precision;

import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.export.proto.ValueInfoProto;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Tells the float values that are computed before the classifier from shapes and indices. */
final class EncoderValues {
    private EncoderValues() {}

    /** Outputs of the nodes before the classifier that are float, in the order of the graph. */
    static Set<String> of(GraphProto graph) {
        Set<String> integers = new HashSet<>();
        for (TensorProto tensor : graph.getInitializerList()) {
            if (tensor.getDataType() != DataType.FLOAT.getNumber()) {
                integers.add(tensor.getName());
            }
        }
        for (ValueInfoProto input : graph.getInputList()) {
            if (input.getType().getTensorType().getElemType() != DataType.FLOAT.getNumber()) {
                integers.add(input.getName());
            }
        }
        Set<String> floats = new LinkedHashSet<>();
        for (NodeProto node : graph.getNodeList()) {
            if (makesFloats(node) && !HeadNodes.isHead(node)) {
                floats.addAll(node.getOutputList());
            } else if (node.getOpType().equals("TopK") && !integers.contains(node.getInput(0))) {
                floats.add(node.getOutput(0));
                integers.add(node.getOutput(1));
            } else if (node.getOpType().equals("ArgMax")
                    || node.getOpType().equals("Shape")
                    || integers.containsAll(node.getInputList())) {
                integers.addAll(node.getOutputList());
            } else if (!HeadNodes.isHead(node)) {
                floats.addAll(node.getOutputList());
            }
        }
        floats.remove(""); // an output that is left out
        return floats;
    }

    /** Whether it casts to float32. */
    static boolean makesFloats(NodeProto node) {
        return node.getOpType().equals("Cast")
                && node.getAttributeList().stream()
                        .anyMatch(attribute ->
                                attribute.getName().equals("to") && attribute.getI() == DataType.FLOAT.getNumber());
    }
}
