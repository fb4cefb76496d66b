package ham.export.graph;

import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;

/** Constant arguments of a node, typed as the ONNX format asks for it. */
public final class Attributes {

    private Attributes() {}

    /** An attribute of type INT. */
    public static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    /** An attribute of type FLOAT. */
    public static AttributeProto decimal(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    /** An attribute of type INTS. */
    public static AttributeProto integers(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }
}
