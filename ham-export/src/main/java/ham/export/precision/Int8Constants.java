package ham.export.precision;

import ham.export.graph.GraphEdit;
import ham.export.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.List;

/** The constants of a quantised layer. */
final class Int8Constants {
    private Int8Constants() {}

    /** The weight, int8 [in, out]. */
    static String weight(GraphEdit edit, String layer, ChannelWeights weights) {
        return edit.constant(
                layer + ".weight.int8",
                DataType.INT8,
                List.of((long) weights.in(), (long) weights.out()),
                ByteBuffer.wrap(weights.values()));
    }

    /** One scale an output, float32 [out]. */
    static String scales(GraphEdit edit, String layer, ChannelWeights weights) {
        return edit.floats(layer + ".weight.scale", List.of((long) weights.out()), weights.scales());
    }

    /** Zero points of the weight, all 0: int8 [out]. */
    static String zeroPoints(GraphEdit edit, String layer, ChannelWeights weights) {
        return edit.constant(
                layer + ".weight.zero_point",
                DataType.INT8,
                List.of((long) weights.out()),
                ByteBuffer.allocate(weights.out()));
    }
}
