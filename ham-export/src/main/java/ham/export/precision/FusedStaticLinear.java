package ham.export.precision;

import ham.export.graph.GraphEdit;
import ham.export.graph.OperatorSets;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ranges of activations from calibration, as ONNX Runtime is fastest with: unsigned activations over their whole range, and
 * {@code MatMulIntegerToFloat}, which multiplies the scales back in and adds the bias in one pass.
 */
final class FusedStaticLinear implements LinearWriter {
    private final Map<String, ActivationRange> ranges;
    private final Set<String> quantised = new HashSet<>();

    FusedStaticLinear(Map<String, ActivationRange> ranges) {
        this.ranges = ranges;
    }

    @Override
    public void write(GraphEdit edit, NodeProto node, ChannelWeights weights) {
        String x = node.getInput(0);
        ActivationRange range = ranges.get(x);
        String values = x + ".uint8";
        String scale = edit.floats(x + ".scale", List.of(), range.unsignedScale());
        byte[] zeroPoint = {(byte) range.unsignedZero()};
        String zero = edit.constant(x + ".zero_point", DataType.UINT8, List.of(), ByteBuffer.wrap(zeroPoint));
        if (quantised.add(x)) {
            edit.node("QuantizeLinear", values, List.of(x, scale, zero));
        }
        String layer = LinearLayers.name(node);
        List<String> inputs = new ArrayList<>(List.of(
                values,
                Int8Constants.weight(edit, layer, weights),
                scale,
                Int8Constants.scales(edit, layer, weights),
                zero,
                Int8Constants.zeroPoints(edit, layer, weights)));
        if (node.getInputCount() == 3) {
            inputs.add(node.getInput(2));
        }
        edit.node(OperatorSets.MICROSOFT, "MatMulIntegerToFloat", node.getOutput(0), inputs);
    }
}
