package ham.export.precision;

import ham.export.graph.Attributes;
import ham.export.graph.GraphEdit;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto.DataType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ranges of activations measured at every run: {@code DynamicQuantizeLinear}, {@code MatMulInteger}, and the scales multiplied back in. What
 * several layers read is quantised once.
 */
final class DynamicLinear implements LinearWriter {
    private final Set<String> quantised = new HashSet<>();

    @Override
    public void write(GraphEdit edit, NodeProto node, ChannelWeights weights) {
        String name = node.getOutput(0);
        String x = node.getInput(0);
        String values = x + ".uint8";
        String scale = x + ".scale";
        String zero = x + ".zero_point";
        if (quantised.add(x)) {
            edit.keep(NodeProto.newBuilder()
                    .setOpType("DynamicQuantizeLinear")
                    .setName(values)
                    .addInput(x)
                    .addAllOutput(List.of(values, scale, zero))
                    .build());
        }
        String layer = LinearLayers.name(node);
        String weight = Int8Constants.weight(edit, layer, weights);
        String scales = Int8Constants.scales(edit, layer, weights);
        String sum = edit.node("MatMulInteger", name + ".int32", List.of(values, weight, zero));
        String floats =
                edit.node("Cast", name + ".cast", List.of(sum), Attributes.integer("to", DataType.FLOAT.getNumber()));
        String factor = edit.node("Mul", name + ".factor", List.of(scale, scales));
        if (node.getInputCount() < 3) {
            edit.node("Mul", name, List.of(floats, factor));
            return;
        }
        String product = edit.node("Mul", name + ".product", List.of(floats, factor));
        edit.node("Add", name, List.of(product, node.getInput(2)));
    }
}
