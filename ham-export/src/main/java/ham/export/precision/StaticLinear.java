package ham.export.precision;

import ham.export.graph.Attributes;
import ham.export.graph.GraphEdit;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ranges of activations from calibration, as TensorRT reads it: int8 with zero point 0 on both sides, {@code QuantizeLinear} and
 * {@code DequantizeLinear} around a {@code MatMul} of the standard domain, the bias in float32.
 */
final class StaticLinear implements LinearWriter {
    private final Map<String, ActivationRange> ranges;
    private final Set<String> quantised = new HashSet<>();

    StaticLinear(Map<String, ActivationRange> ranges) {
        this.ranges = ranges;
    }

    @Override
    public void write(GraphEdit edit, NodeProto node, ChannelWeights weights) {
        String name = node.getOutput(0);
        String x = node.getInput(0);
        if (quantised.add(x)) {
            String scale = edit.floats(x + ".scale", List.of(), ranges.get(x).signedScale());
            String zero = edit.constant(x + ".zero_point", DataType.INT8, List.of(), ByteBuffer.allocate(1));
            edit.node("QuantizeLinear", x + ".int8", List.of(x, scale, zero));
            edit.node("DequantizeLinear", x + ".rounded", List.of(x + ".int8", scale, zero));
        }
        String layer = LinearLayers.name(node);
        String weight = edit.node(
                "DequantizeLinear",
                layer + ".weight.rounded",
                List.of(
                        Int8Constants.weight(edit, layer, weights),
                        Int8Constants.scales(edit, layer, weights),
                        Int8Constants.zeroPoints(edit, layer, weights)),
                Attributes.integer("axis", 1));
        if (node.getInputCount() < 3) {
            edit.node("MatMul", name, List.of(x + ".rounded", weight));
            return;
        }
        edit.node("MatMul", name + ".product", List.of(x + ".rounded", weight));
        edit.node("Add", name, List.of(name + ".product", node.getInput(2)));
    }
}
