package ham.export.precision;

import ham.export.graph.Attributes;
import ham.export.graph.GraphEdit;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import ham.merge.tensor.HalfPrecision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rewrites a graph to float16 between its input and its classifier, which stay float32: one {@code Cast} behind the input, one before the
 * classifier.
 *
 * <p>LayerNormalization computes mean and variance in float32 (its {@code stash_type}).
 */
final class HalfGraph {
    /** The largest float16. */
    static final float LARGEST = 65504;

    private final GraphProto source;
    private final GraphEdit edit;
    private final Set<String> halves;
    private final Map<String, String> casts = new HashMap<>();
    /** What the classifier reads, and so stays float32 under its own name. */
    private final Set<String> headInputs = new HashSet<>();

    private HalfGraph(GraphProto source) {
        this.source = source;
        this.edit = new GraphEdit(source);
        this.halves = EncoderValues.of(source);
        source.getNodeList().stream().filter(HeadNodes::isHead).forEach(node -> headInputs.addAll(node.getInputList()));
    }

    /**
     * The float16 form of a graph of {@link ham.export.encoder.VitGraph}.
     *
     * @throws InputException if a weight does not fit into float16
     */
    static GraphProto of(GraphProto source) {
        return new HalfGraph(source).rewrite();
    }

    private GraphProto rewrite() {
        Map<String, TensorProto> constants = source.getInitializerList().stream()
                .filter(tensor -> tensor.getDataType() == DataType.FLOAT.getNumber())
                .collect(Collectors.toMap(TensorProto::getName, tensor -> tensor));
        String input = source.getInput(0).getName();
        if (source.getInput(0).getType().getTensorType().getElemType() == DataType.FLOAT.getNumber()) {
            casts.put(input, edit.node("Cast", input + ".float16", List.of(input), to(DataType.FLOAT16)));
        }
        for (NodeProto node : source.getNodeList()) {
            boolean head = HeadNodes.isHead(node);
            if (!head && node.getOpType().equals("Gemm")) {
                product(node, constants.get(node.getInput(1)), constants);
                continue;
            }
            NodeProto.Builder copy = node.toBuilder().clearInput();
            if (!head && EncoderValues.makesFloats(node)) {
                copy.clearAttribute().addAttribute(to(DataType.FLOAT16));
            }
            for (String name : node.getInputList()) {
                TensorProto constant = constants.get(name);
                if (head) {
                    copy.addInput(halves.contains(name) ? widened(name) : name);
                } else if (constant != null) {
                    copy.addInput(half(constant));
                } else {
                    copy.addInput(name.equals(input) ? casts.getOrDefault(input, input) : name);
                }
            }
            edit.keep(copy.build());
        }
        return edit.build();
    }

    /**
     * {@code x W^T + b} as MatMul and Sum, with the weight transposed. ONNX Runtime's float16 Gemm on a CPU takes a hundred times as long as the
     * MatMul, and it would make that Gemm of a MatMul with an Add.
     */
    private void product(NodeProto node, TensorProto weight, Map<String, TensorProto> constants) {
        String output = node.getOutput(0);
        boolean biased = node.getInputCount() == 3;
        String product = edit.node(
                "MatMul", biased ? output + ".product" : output, List.of(node.getInput(0), transposed(weight)));
        if (biased) {
            edit.node("Sum", output, List.of(product, half(constants.get(node.getInput(2)))));
        }
    }

    private String transposed(TensorProto weight) {
        int rows = (int) weight.getDims(0);
        int columns = (int) weight.getDims(1);
        float[] values = FloatValues.of(weight);
        ByteBuffer bytes = ByteBuffer.allocate(rows * columns * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int column = 0; column < columns; column++) {
            for (int row = 0; row < rows; row++) {
                bytes.putShort(rounded(weight, values[row * columns + column]));
            }
        }
        return edit.constant(
                weight.getName() + ".transposed", DataType.FLOAT16, List.of((long) columns, (long) rows), bytes.flip());
    }

    private static short rounded(TensorProto tensor, float value) {
        if (!(Math.abs(value) <= LARGEST)) {
            throw new InputException("Tensor " + tensor.getName() + ": expected values that float16 can hold, up to "
                    + LARGEST + ", found " + value + "; export with precision fp32");
        }
        return HalfPrecision.toFloat16(value);
    }

    private String widened(String name) {
        return casts.computeIfAbsent(
                name, half -> edit.node("Cast", half + ".float32", List.of(half), to(DataType.FLOAT)));
    }

    private static AttributeProto to(DataType type) {
        return Attributes.integer("to", type.getNumber());
    }

    private String half(TensorProto tensor) {
        float[] values = FloatValues.of(tensor);
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort(rounded(tensor, value));
        }
        String name = headInputs.contains(tensor.getName()) ? tensor.getName() + ".float16" : tensor.getName();
        return edit.constant(name, DataType.FLOAT16, tensor.getDimsList(), bytes.flip());
    }
}
