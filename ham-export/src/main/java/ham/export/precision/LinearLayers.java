package ham.export.precision;

import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The linear layers of a graph that int8 changes: every {@code Gemm} or {@code MatMul} on a constant weight before the classifier, but for exceptions. ham
 * writes {@code Gemm} with {@code transB}; graphs of others have {@code MatMul} too.
 */
final class LinearLayers {
    private static final String WEIGHT = ".weight";

    private final Map<String, TensorProto> weights = new HashMap<>();
    private final Set<String> inputs = new LinkedHashSet<>();
    private final Set<NodeProto> nodes = new LinkedHashSet<>();

    private LinearLayers() {}

    /**
     * Finds them.
     *
     * @param exceptions finds a part of the names of layers that stay as they are
     * @throws InputException if there is no layer, the exceptions name none at all or leave none, or a {@code Gemm} is no plain {@code x W + b}
     */
    static LinearLayers of(GraphProto graph, Optional<Pattern> exceptions) {
        LinearLayers layers = new LinearLayers();
        for (TensorProto tensor : graph.getInitializerList()) {
            if (tensor.getDataType() == DataType.FLOAT.getNumber() && tensor.getDimsCount() == 2) {
                layers.weights.put(tensor.getName(), tensor);
            }
        }
        int excepted = 0;
        Set<NodeProto> head = HeadNodes.of(graph);
        for (NodeProto node : graph.getNodeList()) {
            if (!isLinear(node) || !layers.weights.containsKey(node.getInput(1)) || head.contains(node)) {
                continue;
            }
            requirePlain(node);
            if (exceptions.isPresent() && exceptions.get().matcher(name(node)).find()) {
                excepted++;
            } else {
                layers.nodes.add(node);
                layers.inputs.add(node.getInput(0));
            }
        }
        if (exceptions.isPresent() && (excepted == 0 || layers.nodes.isEmpty())) {
            throw InputException.parameter(
                    "float-layers",
                    "expected '" + exceptions.get() + "' to find some of the "
                            + (excepted + layers.nodes.size()) + " linear layers, found " + excepted
                            + " (their names are like "
                            + graph.getNodeList().stream()
                                    .filter(LinearLayers::isLinear)
                                    .map(LinearLayers::name)
                                    .findFirst()
                                    .orElse("none")
                            + ")");
        }
        if (layers.nodes.isEmpty()) {
            throw InputException.parameter(
                    "precision",
                    "expected for int8 a graph with Gemm or MatMul on constant float32 weights before the classifier,"
                            + " found none; keep it as it is");
        }
        return layers;
    }

    private static boolean isLinear(NodeProto node) {
        return node.getDomain().isEmpty()
                && (isGemm(node) || node.getOpType().equals("MatMul"))
                && node.getInputCount() > 1;
    }

    private static boolean isGemm(NodeProto node) {
        return node.getOpType().equals("Gemm");
    }

    private static void requirePlain(NodeProto node) {
        boolean biased = node.getInputCount() == 3;
        if (attribute(node, "transA").map(AttributeProto::getI).orElse(0L) != 0) {
            throw unusual(node, "an input that is not transposed", "transA");
        }
        if (biased && attribute(node, "beta").map(AttributeProto::getF).orElse(1f) != 1) {
            throw unusual(node, "a bias that is added as it is", "another beta");
        }
        if (biased && node.getInput(2).isEmpty()) {
            throw unusual(node, "a bias or none", "one without a name");
        }
    }

    private static InputException unusual(NodeProto node, String expected, String found) {
        return new InputException("Node " + node.getName() + ": expected for int8 a Gemm with " + expected + ", found "
                + found + "; keep the model as it is");
    }

    private static Optional<AttributeProto> attribute(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(each -> each.getName().equals(name))
                .findFirst();
    }

    boolean contains(NodeProto node) {
        return nodes.contains(node);
    }

    /** What the layers read, each value once, in the order of the graph. */
    List<String> inputs() {
        return List.copyOf(inputs);
    }

    /** How many there are. */
    int count() {
        return nodes.size();
    }

    /** The weight's name without {@code .weight}. */
    static String name(NodeProto node) {
        String weight = node.getInput(1);
        return weight.endsWith(WEIGHT) ? weight.substring(0, weight.length() - WEIGHT.length()) : weight;
    }

    /** The weight [out, in], with the factor of a {@code Gemm}. */
    Matrix weight(NodeProto node) {
        TensorProto tensor = weights.get(node.getInput(1));
        float[] values = FloatValues.of(tensor);
        float alpha = isGemm(node)
                ? attribute(node, "alpha").map(AttributeProto::getF).orElse(1f)
                : 1;
        for (int i = 0; i < values.length && alpha != 1; i++) {
            values[i] *= alpha;
        }
        Matrix stored = new Matrix((int) tensor.getDims(0), (int) tensor.getDims(1), values);
        boolean transposed = isGemm(node)
                && attribute(node, "transB").map(AttributeProto::getI).orElse(0L) != 0;
        return transposed ? stored : stored.transpose();
    }
}
