package ham.export.precision;

import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The linear layers of a graph that int8 changes: every {@code Gemm} on a constant weight before the classifier, but for exceptions. */
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
     * @throws InputException if the exceptions name no layer at all, or leave none
     */
    static LinearLayers of(GraphProto graph, Optional<Pattern> exceptions) {
        LinearLayers layers = new LinearLayers();
        for (TensorProto tensor : graph.getInitializerList()) {
            if (tensor.getDataType() == DataType.FLOAT.getNumber() && tensor.getDimsCount() == 2) {
                layers.weights.put(tensor.getName(), tensor);
            }
        }
        int excepted = 0;
        for (NodeProto node : graph.getNodeList()) {
            if (!node.getOpType().equals("Gemm")
                    || HeadNodes.isHead(node)
                    || !layers.weights.containsKey(node.getInput(1))) {
                continue;
            }
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
                                    .filter(node -> node.getOpType().equals("Gemm"))
                                    .map(LinearLayers::name)
                                    .findFirst()
                                    .orElse("none")
                            + ")");
        }
        return layers;
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

    /** The weight [out, in]. */
    Matrix weight(NodeProto node) {
        TensorProto tensor = weights.get(node.getInput(1));
        int rows = (int) tensor.getDims(0);
        int columns = (int) tensor.getDims(1);
        float[] values = new float[rows * columns];
        tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return new Matrix(rows, columns, values);
    }
}
